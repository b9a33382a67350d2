# SPDX-License-Identifier: Apache-2.0
from wisp_tools.commands import main

main()
