import { delayOf, type Faults, fateOf, latencyOf, type Wire } from './faults.ts'
import type { Machine } from './machines.ts'
import type { Scheduler } from './scheduler.ts'
import type { Sometimes } from './sometimes.ts'

/** One message to somebody who answers it. */
export interface Message<Answer> {
  readonly wire: Wire
  readonly text: string
  /** Does it, at the place where it arrives. */
  readonly arrive: () => Answer | Promise<Answer>
  /** How the answer reads in the trace. */
  readonly show?: (answer: Answer) => string
  /** May not come twice: the other side would not take it. */
  readonly once?: boolean
}

/** Brings messages from machines to others. What is lost is never answered: who waits has a deadline. */
export interface Net {
  send<Answer>(from: Machine, message: Message<Answer>): Promise<Answer>
}

/** The faults can be ended, from outside. */
export function createNet(scheduler: Scheduler, faults: () => Faults, sometimes: Sometimes): Net {
  const { random } = scheduler
  return {
    send(from, { wire, text, arrive, show = () => '', once = false }) {
      const fate = fateOf(random, faults())
      if (fate !== 'arrives') sometimes.count(`${wire} ${fate}`)
      if (fate === 'twice' && wire === 'redis') sometimes.count('F11')
      const name = `${from.name} > ${wire} ${text}`
      return new Promise((resolve, reject) => {
        const deliver = (delayMs: number, isAnswered: boolean): void =>
          scheduler.after(delayMs, () => {
            const answerWith = (settle: () => void, shown: string): void => {
              scheduler.note(`${name}${shown && `: ${shown}`}`)
              if (isAnswered) from.after(latencyOf(random, faults()), settle)
            }
            try {
              const answer = arrive()
              if (!(answer instanceof Promise)) return answerWith(() => resolve(answer), show(answer))
              answer.then(
                (told) => answerWith(() => resolve(told), show(told)),
                (error: unknown) => answerWith(() => reject(error), String(error)),
              )
            } catch (error) {
              answerWith(() => reject(error), String(error))
            }
          })
        if (fate === 'lost') return scheduler.note(`${name} LOST`)
        if (fate !== 'arrives') scheduler.note(`${name} ${fate.toUpperCase()}`)
        deliver(fate === 'late' ? delayOf(random) : latencyOf(random, faults()), fate !== 'unanswered')
        if (fate === 'twice' && !once) deliver(random.between(1, 3_000), false)
      })
    },
  }
}
