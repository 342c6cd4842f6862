import * as z from 'zod'
import type { CloudflareScore } from '../ports.ts'

/** Only zones with Bot Management have it; 0 is of a request that it did not look at. */
const Cf = z.object({ botManagement: z.object({ score: z.int().min(1).max(99) }) })

/** What Cloudflare tells beside the request, where no client can write. */
export const cloudflareScore: CloudflareScore = ({ req: { raw } }) =>
  'cf' in raw ? Cf.safeParse(raw.cf).data?.botManagement.score : undefined
