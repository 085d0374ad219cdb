#!/usr/bin/env node
// Stands before the build, so that an installer has something to link.
import '../dist/main.js';
