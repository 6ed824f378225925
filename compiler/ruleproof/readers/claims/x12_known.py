"""The segments of an 837 that are known: what is read of each, how long each is at most, and which are passed over."""

from __future__ import annotations

READ_OF = {
    "CLM": (1, 2, 5), "HI": range(1, 13), "HL": (3,), "LX": (1,), "SV1": range(1, 8), "SV2": range(1, 6),
    "DTP": (1, 2, 3), "NM1": (1, 8, 9), "REF": (1, 2),
}  # fmt: skip
"""The elements of each segment that something is read from."""
MOST_ELEMENTS = {
    "CLM": 20, "HI": 12, "HL": 4, "LX": 1, "SV1": 21, "SV2": 10, "DTP": 3, "NM1": 12, "REF": 4, "SBR": 9,
}  # fmt: skip
"""The most elements of a segment; more of them are two segments, and nothing between."""

PASSED_OVER = frozenset(
    (
        *(
            "AMT",
            "BHT",
            "CAS",
            "CL1",
            "CN1",
            "CR1",
            "CR2",
            "CR3",
            "CRC",
            "CTP",
            "CUR",
            "DMG",
            "FRM",
            "HCP",
            "K3",
            "LIN",
        ),
        *("LQ", "MEA", "MIA", "MOA", "N3", "N4", "NTE", "OI", "PAT", "PER", "PRV", "PS1", "PWK", "QTY", "SV5", "SVD"),
        "TA1",
    )
)
"""The segments of a claim that say nothing of the fields; any other that is not read is a fault."""
