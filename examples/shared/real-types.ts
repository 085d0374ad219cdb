/**
 * Holds what the adapters look at of a tool against the types of the real frameworks: it compiles, or `npm run check:agents`
 * fails. What each adapter gives is compiled where its example gives it to its framework.
 */
import type { SdkMcpToolDefinition } from '@anthropic-ai/claude-agent-sdk';
import type { ToolAction } from '@mastra/core/tools';
import type { FunctionTool, InputGuardrail } from '@openai/agents';
import type { AskedToolCall } from '@wcp/agents/ai';
import type { HallGuardrail } from '@wcp/agents/openai';
import type { ToolApprovalConfiguration, ToolSet } from 'ai';
import type { ClaudeTool } from '../../packages/agents/src/claude/claude-tool.ts';
import type { MastraTool } from '../../packages/agents/src/mastra/mastra-tool.ts';
import type { OpenAiTool } from '../../packages/agents/src/openai/openai-tool.ts';

type Asked = Parameters<Extract<ToolApprovalConfiguration<ToolSet, never>, (asked: never) => unknown>>[0];

/** Each row compiles only while the real type has what the adapter looks at. */
export interface RealTypes {
  readonly openai: Fits<FunctionTool, OpenAiTool>;
  readonly guardrail: Fits<HallGuardrail, InputGuardrail>;
  readonly claude: Fits<SdkMcpToolDefinition, ClaudeTool>;
  readonly mastra: Fits<ToolAction<unknown, unknown>, MastraTool>;
  readonly ai: Fits<Asked, AskedToolCall>;
}

type Fits<Real extends Looked, Looked> = Real;
