"""Voices from embeddings: agglomerative clustering with the mean cosine distance between clusters.

The mean distance between two sets of unit vectors is one minus the dot product of their means, so
the nearest-neighbour chain (Murtagh 1983) needs the means only: memory grows with the number of
embeddings, never with its square, and hours of sound fit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Labels = NDArray[np.intp]

Merge = tuple[float, int, int]

_BLOCK = 3000
# Pieces this near are one voice in any recording: half the distance that ends the first clustering.
_NEAR = 0.3


def build_tree(vectors: Floats) -> list[Merge]:
    """All ``n - 1`` merges (distance, one member, other member) of ``n`` unit vectors, nearest first.

    Beyond 3000 vectors (40 minutes of speech) near ones are first merged within blocks, so that hours
    cost seconds; what is merged there would be merged anyway, at most in another order.
    """
    if len(vectors) <= _BLOCK:
        return merges(vectors, np.ones(len(vectors), dtype=np.float32))
    out: list[Merge] = []
    means, sizes, heads = [], [], []
    for first in range(0, len(vectors), _BLOCK):
        block = vectors[first : first + _BLOCK]
        near = [merge for merge in merges(block, np.ones(len(block), dtype=np.float32)) if merge[0] <= _NEAR]
        out += [(distance, one + first, other + first) for distance, one, other in near]
        labels = cut(near, len(block), _NEAR)
        count = np.bincount(labels).astype(np.float32)
        total = np.zeros((len(count), block.shape[1]), dtype=np.float32)
        np.add.at(total, labels, block)
        means.append(total / count[:, None])
        sizes.append(count)
        heads.append(first + np.unique(labels, return_index=True)[1])
    head = np.concatenate(heads)
    far = merges(np.concatenate(means), np.concatenate(sizes))
    out += [(distance, int(head[one]), int(head[other])) for distance, one, other in far]
    return sorted(out, key=lambda merge: merge[0])


def merges(means: Floats, sizes: Floats) -> list[Merge]:
    """The merges of clusters given by the mean of their unit vectors and by how many there are."""
    means, sizes = means.astype(np.float32).copy(), sizes.astype(np.float32).copy()
    members = np.arange(len(means))
    live = len(means)
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
    return numbered(np.array([root(item) for item in range(count)], dtype=np.intp))


def centroids(vectors: Floats, weights: Floats, labels: Labels) -> Floats:
    """Unit mean of each cluster's vectors, weighted by seconds, shape (clusters, dimension)."""
    rows = np.zeros((int(labels.max()) + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(rows, labels, vectors * weights[:, None])
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def numbered(labels: Labels) -> Labels:
    """The same clusters, numbered from 0 without holes."""
    return np.unique(labels, return_inverse=True)[1].astype(np.intp)
