import type { Log } from '../context.ts'
import type { Mailer } from './mailer.ts'

/** For a laptop: letters are printed instead of sent, one-time codes with them. */
export const logMailer = (log: Log): Mailer =>
  async function logMailer({ to, subject, text }) {
    log({ event: 'mail', to, subject, text })
  }
