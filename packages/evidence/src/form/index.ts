export { type ReceiptEvent, receiptEvent } from './cloud-event.ts';
export { type ReceiptStatement, receiptEnvelope, receiptStatement } from './in-toto.ts';
export { type OcsfEvent, ocsfEvent } from './ocsf-event.ts';
export type { PlacedReceipt } from './placed-receipt.ts';
