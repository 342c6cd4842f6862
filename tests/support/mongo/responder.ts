import { setTimeout as sleep } from 'node:timers/promises'
import { type Commands, circumstancesOf, errorReply } from './commands.ts'
import { labelsOf, refusal, ServerError } from './errors.ts'
import type { Action, FailPoints } from './fail-points.ts'
import type { Member } from './member.ts'
import type { Doc } from './values.ts'

/** What becomes of a command: an answer, after which all connections may close, or none at all. */
export type Outcome =
  | { readonly kind: 'answered'; readonly reply: Doc; readonly closeAll?: boolean }
  | { readonly kind: 'dropped' }

/** The parts of a server that answers come from. */
export interface Parts {
  readonly commands: Commands
  readonly member: Member
  readonly failPoints: FailPoints
  readonly electionMs: number
}

/** Such errors carry the member's version (specifications, server-discovery-and-monitoring.md, "topologyVersion"). */
const notPrimary = ({ member }: Parts, name: string, command: Doc): Doc => ({
  ...errorReply(new ServerError('NotWritablePrimary', 'not primary'), circumstancesOf(name, command)),
  topologyVersion: member.topologyVersion(),
})

/** What an action does instead of the command or its answer; undefined when the command goes on. */
async function meet(parts: Parts, action: Action, name: string, command: Doc): Promise<Outcome | undefined> {
  const { commands, member, electionMs } = parts
  const circumstances = circumstancesOf(name, command)
  switch (action.kind) {
    case 'drop':
      return { kind: 'dropped' }
    case 'delay':
      await Promise.all([sleep(action.ms), action.until])
      return undefined
    case 'stepDown':
      commands.interrupt()
      member.stepDown(electionMs)
      return { kind: 'answered', reply: notPrimary(parts, name, command), closeAll: action.closes === true }
    case 'expireTransaction':
      commands.kill(command)
      return undefined
    case 'refuseMajority':
      return undefined
    case 'fail': {
      if (circumstances.inTransaction && !circumstances.endsTransaction) commands.kill(command)
      const { code, codeName, errorLabels = labelsOf(code, circumstances) } = action
      return { kind: 'answered', reply: { ok: 0, code, codeName, errmsg: 'a fail point', errorLabels } }
    }
  }
}

/** The acknowledgement that did not come, beside the result (specifications, read-write-concern.md, "Errors"). */
function unacknowledged(name: string, command: Doc, reply: Doc): Doc {
  const { inTransaction, endsTransaction } = circumstancesOf(name, command)
  if (inTransaction && !endsTransaction) throw refusal('a write concern on a statement of a transaction')
  const writeConcernError = {
    code: 64,
    codeName: 'WriteConcernTimeout',
    errmsg: 'waiting for replication timed out',
    errInfo: { wtimeout: true },
  }
  return { ...reply, writeConcernError }
}

/** Runs a command and whatever fail points it meets. */
export async function respond(parts: Parts, name: string, command: Doc): Promise<Outcome> {
  const actions = parts.failPoints.meet(name, command)
  for (const action of actions) {
    const isBefore = action.kind === 'expireTransaction' || ('when' in action && action.when === 'before')
    const outcome = isBefore ? await meet(parts, action, name, command) : undefined
    if (outcome !== undefined) return outcome
  }
  if (!parts.member.isPrimary()) return { kind: 'answered', reply: notPrimary(parts, name, command) }
  let reply = await parts.commands.run(name, command)
  for (const action of actions) {
    if (action.kind === 'refuseMajority') reply = unacknowledged(name, command, reply)
    const isAfter = 'when' in action && action.when === 'after'
    const outcome = isAfter ? await meet(parts, action, name, command) : undefined
    if (outcome !== undefined) return outcome
  }
  return { kind: 'answered', reply }
}
