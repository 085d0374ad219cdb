import { Type } from 'typebox';
import { requirement, sentence } from './common.ts';

/** Statements of one chapter that no case can show, each with the reason. */
export const UntestedSchema = Type.Record(requirement, sentence, {
  additionalProperties: false,
  title: 'Untested',
  description: 'Statements that no operation of the line protocol can show, each with the reason.',
});
