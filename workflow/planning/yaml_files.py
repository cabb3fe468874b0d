"""Find duplicate keys in configuration files, which YAML readers ignore."""

from pathlib import Path

import yaml


def duplicate_keys(path):
    """Find duplicate keys of mappings in a YAML or JSON file; readers silently keep the last one.

    Parameters
    ----------
    path : path

    Returns
    -------
    list of str
        One problem each.
    """
    try:
        with open(Path(path), encoding="utf-8") as file:
            root = yaml.compose(file, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        # Snakemake has read the file, so it is JSON indented by tabs, which YAML does not allow.
        return []
    problems = []
    pending, visited = [(root, "")], set()
    while pending:
        node, where = pending.pop()
        if node is None or id(node) in visited:
            continue
        visited.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            pending += [(item, where) for item in node.value]
        elif isinstance(node, yaml.MappingNode):
            lines = {}
            for key, value in node.value:
                name, line = f"{where}{key.value}", key.start_mark.line + 1
                if (key.tag, str(key.value)) in lines:
                    problems.append(
                        f"{path}, line {line}: expected each key once, found {name} again after line "
                        f"{lines[key.tag, str(key.value)]}; remove or rename one of the two"
                    )
                lines[key.tag, str(key.value)] = line
                pending.append((value, f"{name}."))
    return problems
