export { createInventory, type ScriptName, type ScriptRunner } from './inventory.ts'
export { endedKeyOfGrant, keysOf, receiptKeyOf } from './keys.ts'
export { reportOf } from './pin-report.ts'
export * from './port.ts'
