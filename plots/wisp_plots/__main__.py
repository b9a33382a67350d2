from wisp_plots.commands import main

main()
