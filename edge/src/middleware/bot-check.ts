import { isRead, Problem } from '@holdfast/contract'
import type { Context } from 'hono'
import { botScoreMin, scoreBot } from '../bot-score.ts'
import type { AppEnv } from '../context.ts'
import type { CloudflareScore } from '../ports.ts'

/** What a detected bot may not do: nothing at all, or no more than read. */
export type BotReach = 'nothing' | 'reads'

/**
 * Judges a caller by its headers as its app's `botMode` says; why is for the log alone, so that nobody learns what to
 * forge next.
 *
 * @throws Problem `bot_detected`
 */
export type BotCheck = (c: Context<AppEnv>, reach: BotReach) => void

/**
 * Checks whoever holds a browser's key, which anybody can copy from a page; a server has shown a secret.
 *
 * Each guard that finds out whose the key is ends with this, so that no route can forget it and nothing has been asked
 * of the limiter or the inventory yet. On `/v1` a bot may read: what is on sale is public, is asked for by programs
 * that are welcome (a publishable key without an origin), and takes nothing from anybody. On the predecessors' routes
 * it may do nothing, as their contract has it. Either way the log tells of it.
 */
export function createBotCheck(cloudflareScore: CloudflareScore = () => undefined): BotCheck {
  return function botCheck(c, reach) {
    const { kind, botMode, allowNoOrigin } = c.get('app')
    if (kind === 'secret' || botMode === 'off') return
    const { method } = c.req
    const { score, reasons } = scoreBot({
      method,
      header: (name) => c.req.header(name),
      isNative: allowNoOrigin && c.req.header('origin') === undefined,
      isSecure: c.req.url.startsWith('https:'),
      cloudflareScore: cloudflareScore(c),
    })
    if (reasons.length === 0) return
    const detected = score >= botScoreMin
    c.get('note').bot = { detected, score, reasons }
    if (detected && botMode === 'enforce' && !(isRead(method) && reach === 'reads'))
      throw new Problem('bot_detected')
  }
}
