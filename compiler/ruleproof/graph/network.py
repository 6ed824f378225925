"""A decision graph as a networkx graph, for everybody who wants to walk, measure or draw it with the usual tools."""

from __future__ import annotations

import networkx

from ruleproof.graph.nodes import Graph, Question


def network_of(graph: Graph) -> networkx.MultiDiGraph:
    """Give a node for each number of the graph, with its `node`, and an edge for each branch, with its `cells`."""
    network = networkx.MultiDiGraph()
    for index, node in enumerate(graph.nodes):
        network.add_node(index, node=node)
    for index, node in enumerate(graph.nodes):
        if isinstance(node, Question):
            for branch in node.branches:
                network.add_edge(index, graph.number[id(branch.node)], cells=branch.cells)
    return network
