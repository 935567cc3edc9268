"""Solves the rounds that round.rs beside this has written by scipy and OR-tools, and prints how long it took them.

    python3 tests/bench/round.py /tmp/dense.bin /tmp/sparse.bin

The best of three runs counts, as it does for ours; reading and building are not counted, for ours the checks and the
sorting are. scipy's assignment knows one place each, so it is asked about dense rounds only. Exits with 1 where two
disagree about the value of the best plan.
"""

import sys
import time

import numpy
from ortools.graph.python import min_cost_flow
from scipy.optimize import linear_sum_assignment

RUNS = 3


def read(path):
    numbers = numpy.fromfile(path, dtype="<u4").astype(numpy.int64)
    return [int(number) for number in numbers[:5]], numbers[5:].reshape(-1, 3)


def by_scipy(head, pairs):
    scores = numpy.zeros((head[0], head[1]))
    scores[pairs[:, 0], pairs[:, 1]] = pairs[:, 2]
    started = time.perf_counter()
    rows, columns = linear_sum_assignment(scores, maximize=True)
    return time.perf_counter() - started, int(scores[rows, columns].sum())


def by_ortools(head, pairs):
    enterprises, villages, places, village_places, _ = head
    source, sink = enterprises + villages, enterprises + villages + 1
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost
    arcs(pairs[:, 0], enterprises + pairs[:, 1], numpy.ones(len(pairs), dtype=int), -pairs[:, 2])
    first = numpy.arange(enterprises)
    arcs(numpy.full(enterprises, source), first, numpy.full(enterprises, places), numpy.zeros(enterprises, dtype=int))
    last = enterprises + numpy.arange(villages)
    arcs(last, numpy.full(villages, sink), numpy.full(villages, village_places), numpy.zeros(villages, dtype=int))
    units = enterprises * places
    flow.add_arc_with_capacity_and_unit_cost(source, sink, units, 0)
    flow.set_node_supply(source, units)
    flow.set_node_supply(sink, -units)
    started = time.perf_counter()
    assert flow.solve() == flow.OPTIMAL
    return time.perf_counter() - started, -flow.optimal_cost()


def main(paths):
    agreed = True
    for path in paths:
        head, pairs = read(path)
        with open(path + ".ours") as ours:
            seconds, value = ours.read().split()
        seconds, value = float(seconds), int(value)
        print(f"{path}: ours {seconds:.3f} s, value {value}")
        dense = len(pairs) == head[0] * head[1] and head[2] == head[3] == 1
        for name, solve in [("scipy", by_scipy)] * dense + [("ortools", by_ortools)]:
            took, theirs = min(solve(head, pairs) for _ in range(RUNS))
            agreed &= theirs == value
            print(f"{path}: {name} {took:.3f} s, value {theirs}, {took / seconds:.1f} times ours")
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
