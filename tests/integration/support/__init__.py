# SPDX-License-Identifier: Apache-2.0
"""What the integration tests share. Nothing here calls sluice's own mapping code: the ledger is
an independent second opinion of what a record must become."""
