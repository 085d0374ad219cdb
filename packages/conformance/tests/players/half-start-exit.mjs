process.stdout.write('{"ok":tr', () => process.exit(0));
