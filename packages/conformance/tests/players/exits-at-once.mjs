console.error('Traceback:\n  ModuleNotFoundError: no module named wcp');
process.exitCode = 1;
