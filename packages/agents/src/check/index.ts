export { type AgentsCheck, checkSources, type Source, type UngovernedTool } from './check-sources.ts';
