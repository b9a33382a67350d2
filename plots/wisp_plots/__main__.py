# SPDX-License-Identifier: Apache-2.0
from wisp_plots.commands import main

main()
