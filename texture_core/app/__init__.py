"""The app: a page in the browser that makes textures with the commands of ``texture-core``.

The folder of sounds, the queue of jobs and the web server belong here. The method does not: each job runs a command in
a separate process.
"""
