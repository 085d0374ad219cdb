import { aiSdk } from './ai-sdk.ts';
import { claudeCode } from './claude-code.ts';
import type { OpenClient } from './client.ts';
import { inspector } from './inspector.ts';
import { langchain } from './langchain.ts';
import { mcpRemote } from './mcp-remote.ts';
import { openAiAgents } from './openai-agents.ts';
import { sdkV1, sdkV2, sdkV2Modern } from './sdk.ts';

/** Every client by its name. */
export const CLIENTS: Readonly<Record<string, OpenClient>> = {
  'sdk v1': sdkV1,
  'sdk v2': sdkV2,
  'sdk v2, 2026-07-28': sdkV2Modern,
  '@ai-sdk/mcp': aiSdk,
  '@openai/agents': openAiAgents,
  '@langchain/mcp-adapters': langchain,
  'mcp-remote': mcpRemote,
  inspector,
  'claude-code': claudeCode,
};
