"""`python -m riskscore_client`: the command."""

import sys

from riskscore_client.command.main import main

sys.exit(main())
