import { type BotEvidence, type BotReason, botHints } from './bot-hints.ts'
import { cut, readAgent } from './user-agent.ts'

/** A request as it came. */
export type JudgedRequest = Omit<BotEvidence, 'agent'>

/** From this score on a request counts as a bot's: two hints that something is missing, or one contradiction. */
export const botScoreMin = 70

/** How much a request looks automated, and why. */
export interface BotScore {
  readonly score: number
  readonly reasons: readonly BotReason[]
}

/** Adds up what speaks against a browser. */
export function scoreBot(request: JudgedRequest): BotScore {
  const header: BotEvidence['header'] = (name) => cut(request.header(name))
  const evidence: BotEvidence = { ...request, header, agent: readAgent(request.header('user-agent')) }
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
