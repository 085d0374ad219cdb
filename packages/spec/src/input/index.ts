export { INPUT_DEPTH, INPUT_SIZE } from './input-inspection.ts';
export { parseRouteInput } from './parse-route-input.ts';
export {
  type AcceptedInput,
  type InputDenyCode,
  type RefusedInput,
  type RouteInputReading,
  readRouteInput,
} from './read-route-input.ts';
