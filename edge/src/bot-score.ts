import { type BotEvidence, type BotReason, botHints } from './bot-hints.ts'

/** From this score on a request counts as a bot's: two hints that something is missing, or one contradiction. */
export const botScoreMin = 70

/** How much a request looks automated, and why. */
export interface BotScore {
  readonly score: number
  readonly reasons: readonly BotReason[]
}

/** Adds up what speaks against a browser. */
export function scoreBot(evidence: BotEvidence): BotScore {
  const reasons: BotReason[] = []
  let score = 0
  for (const [reason, hint] of Object.entries(botHints) as [BotReason, (typeof botHints)[BotReason]][]) {
    if (evidence.isNative && !('ofNative' in hint)) continue
    if (!hint.applies(evidence)) continue
    reasons.push(reason)
    score += hint.weight
  }
  return { score, reasons }
}
