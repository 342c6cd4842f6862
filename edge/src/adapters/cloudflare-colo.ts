import * as z from 'zod'
import type { Colo } from '../ports.ts'

const Cf = z.object({ colo: z.string().regex(/^[A-Z]{3}$/) })

/** What Cloudflare tells beside the request, where no client can write. */
export const cloudflareColo: Colo = ({ req: { raw } }) =>
  'cf' in raw ? Cf.safeParse(raw.cf).data?.colo : undefined
