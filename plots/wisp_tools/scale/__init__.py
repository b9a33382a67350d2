# SPDX-License-Identifier: Apache-2.0
"""What a thousand machines would ask of Wisp: arithmetic, and simulations that give the same figures each time."""
