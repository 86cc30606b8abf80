"""How many voices there are, and which pieces are whose.

A first cut of the tree gives clusters that are surely one voice each. They are then joined, nearest
first, on three grounds: how alike their mean voices are, how much speech each mean rests on, and
whether the segmentation network, hearing both within ten seconds, took them for one voice or two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.voices_clusters import Labels, build_tree, centroids, cut, numbered

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

Local = list[tuple[Labels, Floats]]
"""For each window the pieces inside it, and the share of each piece that each local speaker has."""

# More clusters than this are outliers: applause, laughter, crosstalk.
_MOST_CLUSTERS = 300
# How many cuts of the tree are tried when the number of voices is given.
_CUTS = 200
_LEAST_SPLIT = 2.0


@dataclass(frozen=True, slots=True)
class Grouping:
    """When two stretches are one voice: ``distance`` ends the first clustering, ``similarity`` is asked
    of two long clusters, and less than ``noise_share`` of all speech, kept between ``noise_seconds`` and
    ``noise_most``, is no voice."""

    distance: float = 0.6
    similarity: float = 0.62
    piece_seconds: float = 1.5
    piece_likeness: float = 0.4
    local_weight: float = 0.15
    local_pairs: float = 6.0
    noise_seconds: float = 2.0
    noise_share: float = 0.004
    noise_most: float = 8.0


def group(vectors: Floats, weights: Floats, local: Local, speakers: int | None, options: Grouping) -> Labels:
    """Number the voices of ``vectors`` (unit rows), ``weights`` being the seconds each stands for.

    With ``speakers`` the result has exactly that many clusters whenever there are as many vectors.
    """
    if len(vectors) < 2:
        return np.zeros(len(vectors), dtype=np.intp)
    tree = build_tree(vectors)
    labels = cut(tree, len(vectors), options.distance)
    longest = np.argsort(-np.bincount(labels, weights=weights), kind="stable")[:_MOST_CLUSTERS]
    labels = _given_to(np.sort(longest), vectors, weights, labels)
    states = joins(vectors, weights, labels, local, options)
    share = options.noise_share * float(weights.sum())
    least = min(max(options.noise_seconds, share), options.noise_most)
    if speakers is None:
        for margin, state in states:
            if margin < 0:
                break
            labels = state
        return _given_to(_solid(labels, weights, least), vectors, weights, labels)
    speakers = min(speakers, len(vectors))
    for margin, state in states:
        if int(state.max()) + 1 < speakers or (
            margin < 0 and len(_solid(labels, weights, least)) <= speakers
        ):
            break
        labels = state
    if int(labels.max()) + 1 < speakers:
        labels = _split(tree, vectors, weights, speakers)
    longest = np.argsort(-np.bincount(labels, weights=weights), kind="stable")[:speakers]
    return _given_to(np.sort(longest), vectors, weights, labels)


def joins(
    vectors: Floats, weights: Floats, labels: Labels, local: Local, options: Grouping
) -> Iterator[tuple[float, Labels]]:
    """Successive labels, from ``labels`` down to one cluster, each with the margin of the join before it.

    A margin below zero says that the two did not look like one voice. The mean of ``n`` noisy pieces of
    one voice comes closer to it as ``n`` grows: with likeness ``r`` between pieces its expected cosine is
    ``sqrt(n r / (1 + (n - 1) r))``, and the similarity asked shrinks by that factor for the shorter one.
    """
    sums = np.zeros((int(labels.max()) + 1, vectors.shape[1]))
    np.add.at(sums, labels, vectors * weights[:, None])
    seconds = np.bincount(labels, weights=weights).astype(np.float64)
    same, both = _together(local, labels)
    yield np.inf, labels
    while len(seconds) > 1:
        middle = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        vote = (2 * same - both) / (both + options.local_pairs)
        margin = middle @ middle.T - _asked(np.minimum.outer(seconds, seconds), options)
        margin += options.local_weight * vote
        np.fill_diagonal(margin, -np.inf)
        one, other = sorted(divmod(int(margin.argmax()), len(seconds)))
        best = float(margin[one, other])
        labels = np.where(labels == other, one, labels)
        labels = labels - (labels > other)
        sums, seconds = _joined(sums, one, other), _joined(seconds, one, other)
        same = _joined(_joined(same, one, other).T, one, other).T
        both = _joined(_joined(both, one, other).T, one, other).T
        yield best, labels


def _joined(rows: Doubles, one: int, other: int) -> Doubles:
    rows = rows.copy()
    rows[one] += rows[other]
    return np.delete(rows, other, axis=0)


def _together(local: Local, labels: Labels) -> tuple[Doubles, Doubles]:
    """Pairs of pieces heard as one local voice, and all pairs within one window, per pair of clusters."""
    clusters = int(labels.max()) + 1
    same, both = np.zeros((2, clusters, clusters))
    for pieces, shares in local:
        present, index = np.unique(labels[pieces], return_inverse=True)
        rows = np.zeros((len(present), shares.shape[1]))
        np.add.at(rows, index, shares)
        mass = rows.sum(axis=1)
        same[np.ix_(present, present)] += rows @ rows.T
        both[np.ix_(present, present)] += np.outer(mass, mass)
    return same, both


def _asked(seconds: Doubles, options: Grouping) -> Doubles:
    pieces = np.maximum(seconds / options.piece_seconds, 1.0)
    like = options.piece_likeness
    return np.asarray(options.similarity * np.sqrt(pieces * like / (1 + (pieces - 1) * like)))


def _solid(labels: Labels, weights: Floats, least: float) -> Labels:
    """Clusters with at least ``least`` seconds, or else the longest one."""
    seconds = np.bincount(labels, weights=weights)
    kept = np.flatnonzero(seconds >= least)
    return kept if len(kept) else np.array([int(seconds.argmax())], dtype=np.intp)


def _given_to(kept: Labels, vectors: Floats, weights: Floats, labels: Labels) -> Labels:
    """Renumber the ``kept`` clusters; pieces of the others go, one by one, to the voice most like them."""
    middle = centroids(vectors, weights, labels)[kept]
    nearest = (vectors @ middle.T).argmax(axis=1)
    new = np.full(int(labels.max()) + 1, -1)
    new[kept] = np.arange(len(kept))
    return numbered(np.where(new[labels] >= 0, new[labels], nearest))


def _split(tree: list[tuple[float, int, int]], vectors: Floats, weights: Floats, speakers: int) -> Labels:
    # The shallowest cut with enough clusters of some substance.
    least = float(weights.sum()) / (4 * speakers)
    labels = np.arange(len(vectors))
    for distance, _, _ in tree[: -1 - max(_CUTS, speakers) : -1]:
        labels = cut(tree, len(vectors), distance - 1e-6)
        if (np.bincount(labels, weights=weights) >= min(_LEAST_SPLIT, least)).sum() >= speakers:
            break
    return labels
