"""Voices from embeddings: agglomerative clustering with the mean cosine distance between clusters.

The mean distance between two sets of unit vectors is one minus the dot product of their means, so
the nearest-neighbour chain (Murtagh 1983) needs the means only: memory grows with the number of
embeddings, never with its square, and hours of sound fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Labels = NDArray[np.intp]

Merge = tuple[float, int, int]

Local = list[tuple[Labels, Floats]]


@dataclass(frozen=True, slots=True)
class Grouping:
    """When two stretches are one voice: ``distance`` ends the first clustering, ``similarity`` is asked
    of two long clusters, and less than ``noise_seconds`` or ``noise_share`` of speech is no voice."""

    distance: float = 0.6
    similarity: float = 0.6
    piece_seconds: float = 1.5
    piece_likeness: float = 0.4
    local_weight: float = 0.15
    local_pairs: float = 6.0
    noise_seconds: float = 2.0
    noise_share: float = 0.0015


def merges(vectors: Floats) -> list[Merge]:
    """All ``n - 1`` merges (distance, one member, other member) of ``n`` unit vectors, nearest first."""
    means = vectors.astype(np.float32).copy()
    sizes = np.ones(len(vectors), dtype=np.float32)
    members = np.arange(len(vectors))
    live = len(vectors)
    chain: list[int] = []
    out: list[Merge] = []
    while live > 1:
        if not chain:
            chain.append(0)
        distance, nearest = _nearest(means, live, chain)
        if len(chain) < 2 or nearest != chain[-2]:
            chain.append(nearest)
            continue
        one, other = sorted((chain.pop(), chain.pop()))
        out.append((distance, int(members[one]), int(members[other])))
        total = sizes[one] + sizes[other]
        means[one] = (means[one] * sizes[one] + means[other] * sizes[other]) / total
        sizes[one] = total
        live -= 1
        # The last live row takes the freed place, so that live rows stay together.
        means[other], sizes[other], members[other] = means[live], sizes[live], members[live]
        chain = [other if row == live else row for row in chain]
    return sorted(out, key=lambda merge: merge[0])


def _nearest(means: Floats, live: int, chain: list[int]) -> tuple[float, int]:
    tip = chain[-1]
    distances = 1.0 - means[:live] @ means[tip]
    distances[tip] = np.inf
    nearest = int(distances.argmin())
    # Ties go back to the previous link, or the chain would never end.
    if len(chain) > 1 and distances[chain[-2]] <= distances[nearest] + 1e-6:
        nearest = chain[-2]
    return float(distances[nearest]), nearest


def cut(tree: list[Merge], count: int, threshold: float) -> Labels:
    """Cluster numbers of ``count`` vectors after every merge at or below ``threshold``."""
    parent = list(range(count))

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for distance, one, other in tree:
        if distance > threshold:
            break
        parent[root(other)] = root(one)
    return _numbered(np.array([root(item) for item in range(count)], dtype=np.intp))


def centroids(vectors: Floats, weights: Floats, labels: Labels) -> Floats:
    """Unit mean of each cluster's vectors, weighted by seconds, shape (clusters, dimension)."""
    rows = np.zeros((int(labels.max()) + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(rows, labels, vectors * weights[:, None])
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def group(
    vectors: Floats, weights: Floats, local: Local, speakers: int | None, options: Grouping
) -> Labels:
    """Number the voices of ``vectors`` (unit rows), ``weights`` being the seconds each stands for.

    With ``speakers`` the result has exactly that many clusters whenever there are as many vectors.
    """
    if len(vectors) < 2:
        return np.zeros(len(vectors), dtype=np.intp)
    tree = merges(vectors)
    if speakers is not None:
        return _exactly(tree, vectors, weights, speakers, options)
    labels = cut(tree, len(vectors), options.distance)
    return fold(vectors, weights, labels, local, options)


def fold(
    vectors: Floats, weights: Floats, labels: Labels, local: Local, options: Grouping
) -> Labels:
    """Join clusters whose mean voices are alike, nearest first; what is too short to judge joins the nearest.

    The mean of ``n`` noisy pieces of one voice comes closer to it as ``n`` grows: with likeness ``r``
    between pieces its expected cosine is ``sqrt(n r / (1 + (n - 1) r))``, and the similarity asked of a
    pair shrinks by that factor for the shorter one.
    """
    while (count := int(labels.max()) + 1) > 1:
        seconds = np.bincount(labels, weights=weights)
        middle = centroids(vectors, weights, labels)
        margin = middle @ middle.T - _asked(np.minimum.outer(seconds, seconds), options)
        margin += options.local_weight * _local_vote(local, labels, options)
        np.fill_diagonal(margin, -np.inf)
        if margin.max() < 0:
            break
        one, other = divmod(int(margin.argmax()), count)
        labels = _numbered(np.where(labels == other, one, labels))
    return _without_noise(vectors, weights, labels, options)


def _local_vote(local: Local, labels: Labels, options: Grouping) -> Floats:
    """From -1 (heard as different voices within windows) to 1 (as one), near 0 with few common windows."""
    clusters = int(labels.max()) + 1
    same = np.zeros((clusters, clusters))
    both = np.zeros((clusters, clusters))
    for pieces, shares in local:
        rows = np.zeros((clusters, shares.shape[1]))
        np.add.at(rows, labels[pieces], shares)
        same += rows @ rows.T
        mass = rows.sum(axis=1)
        both += np.outer(mass, mass)
    return np.asarray((2 * same - both) / (both + options.local_pairs))


def _asked(seconds: Floats, options: Grouping) -> Floats:
    pieces = np.maximum(seconds / options.piece_seconds, 1.0)
    like = options.piece_likeness
    return np.asarray(options.similarity * np.sqrt(pieces * like / (1 + (pieces - 1) * like)))


def _without_noise(vectors: Floats, weights: Floats, labels: Labels, options: Grouping) -> Labels:
    seconds = np.bincount(labels, weights=weights)
    least = max(options.noise_seconds, options.noise_share * float(weights.sum()))
    kept = np.flatnonzero(seconds >= least)
    if not len(kept):
        kept = np.array([int(seconds.argmax())])
    return _given_to(kept, vectors, weights, labels)


def _given_to(kept: Labels, vectors: Floats, weights: Floats, labels: Labels) -> Labels:
    # Pieces of the other clusters go, one by one, to the kept voice they are most like.
    middle = centroids(vectors, weights, labels)[kept]
    nearest = (vectors @ middle.T).argmax(axis=1)
    new = np.full(int(labels.max()) + 1, -1)
    new[kept] = np.arange(len(kept))
    return np.where(new[labels] >= 0, new[labels], nearest).astype(np.intp)


def _numbered(labels: Labels) -> Labels:
    return np.unique(labels, return_inverse=True)[1].astype(np.intp)


def _exactly(tree: list[Merge], vectors: Floats, weights: Floats, speakers: int, options: Grouping) -> Labels:
    # The shallowest cut with enough clusters of some substance; what remains is given to those.
    speakers = min(speakers, len(vectors))
    least = min(options.noise_seconds, float(weights.sum()) / (4 * speakers))
    labels = np.arange(len(vectors))
    for distance in [tree[-1][0], *(merge[0] - 1e-6 for merge in reversed(tree))]:
        labels = cut(tree, len(vectors), distance)
        seconds = np.bincount(labels, weights=weights)
        if (seconds >= least).sum() >= speakers:
            break
    seconds = np.bincount(labels, weights=weights)
    kept = np.sort(np.argsort(-seconds, kind="stable")[:speakers])
    return _given_to(kept.astype(np.intp), vectors, weights, labels)
