import type { PinReport } from '@holdfast/contract'
import { InventoryFault, type PinReply } from './port.ts'

/** The pin's reply as core wants to hear it. Without a reply the seats may be pinned or not: core must not assume. */
export async function reportOf(pinning: Promise<PinReply>): Promise<PinReport> {
  try {
    const reply = await pinning
    switch (reply.word) {
      case 'pinned': {
        const { seats, currency, untilMs } = reply.hold
        return { word: 'pinned', seats: [...seats], currency, until: untilMs }
      }
      case 'taken':
        return { word: 'taken', seats: [...reply.seats] }
      default:
        return { word: reply.word }
    }
  } catch (error) {
    if (error instanceof InventoryFault) return { word: 'unavailable' }
    throw error
  }
}
