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


@dataclass(frozen=True, slots=True)
class Grouping:
    """When two stretches are one voice: distances are cosine, durations seconds of speech."""

    distance: float = 0.68
    least_seconds: float = 12.0
    least_share: float = 0.02
    similarity: float = 0.54
    noise_seconds: float = 2.0
    noise_similarity: float = 0.3


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
    return np.unique([root(item) for item in range(count)], return_inverse=True)[1].astype(np.intp)


def centroids(vectors: Floats, weights: Floats, labels: Labels) -> Floats:
    """Unit mean of each cluster's vectors, weighted by seconds, shape (clusters, dimension)."""
    rows = np.zeros((int(labels.max()) + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(rows, labels, vectors * weights[:, None])
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def group(vectors: Floats, weights: Floats, speakers: int | None, options: Grouping) -> Labels:
    """Number the voices of ``vectors`` (unit rows), ``weights`` being the seconds each stands for.

    With ``speakers`` the result has exactly that many clusters whenever there are as many vectors.
    """
    if len(vectors) < 2:
        return np.zeros(len(vectors), dtype=np.intp)
    tree = merges(vectors)
    if speakers is not None:
        return _exactly(tree, vectors, weights, speakers, options)
    labels = cut(tree, len(vectors), options.distance)
    return fold(vectors, weights, labels, options)


def fold(vectors: Floats, weights: Floats, labels: Labels, options: Grouping) -> Labels:
    """Give each short cluster to the most similar long one, if it is similar enough.

    Short means under ``least_seconds`` or ``least_share`` of all speech, and never the longest.
    """
    seconds = np.bincount(labels, weights=weights)
    limit = max(options.least_seconds, options.least_share * float(weights.sum()))
    for short in np.argsort(seconds):
        seconds = np.bincount(labels, weights=weights, minlength=len(seconds))
        longer = [k for k in range(len(seconds)) if seconds[k] > seconds[short]]
        if seconds[short] >= limit or not longer:
            continue
        middle = centroids(vectors, weights, labels)
        near = middle[longer] @ middle[short]
        needed = options.similarity if seconds[short] >= options.noise_seconds else options.noise_similarity
        if near.max() >= needed:
            labels = np.where(labels == short, longer[int(near.argmax())], labels)
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
    middle = centroids(vectors, weights, labels)
    nearest = (middle @ middle[kept].T).argmax(axis=1)
    nearest[kept] = np.arange(len(kept))
    return np.asarray(nearest[labels], dtype=np.intp)
