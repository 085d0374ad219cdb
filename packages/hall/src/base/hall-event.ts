export { HALL_EVENTS, type HallEvent } from '@wcp/spec/hall';
