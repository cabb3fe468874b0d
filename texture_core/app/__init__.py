"""The app: a page in the browser that makes textures with the commands of ``texture-core``.

A folder of sounds, a queue of jobs and a small web server belong here. Nothing of the method does: every job runs a
command in a process of its own.
"""
