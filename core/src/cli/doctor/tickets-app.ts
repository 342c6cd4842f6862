import { AppId } from '@holdfast/contract'
import type { Store } from '../../store/store.ts'
import { type Finding, fail, warn } from './finding.ts'
import type { Source } from './settings.ts'

/** What the edge is told of TicketS, where this environment has it too. */
export type TicketsBinding = Partial<Pick<Source, 'TICKETS_APP_ID' | 'TICKETS_PAY'>>

const check = 'payments of TicketS'

/** Whether the clients of TicketS, none of which pays, are sold what costs money. */
export async function ticketsFindings(
  store: Pick<Store, 'get'>,
  { TICKETS_APP_ID: bound, TICKETS_PAY: pay }: TicketsBinding,
): Promise<Finding[]> {
  if (bound === undefined) return []
  const { data: appId } = AppId.safeParse(bound)
  const app = appId && (await store.get(appId, 'apps', {}))
  if (!app?.active) return [fail(check, 'there is no active app of that id', 'set TICKETS_APP_ID to one')]
  switch (app.paymentProvider) {
    case 'simulated':
      return [warn(check, 'are simulated: nobody pays', 'see ALLOW_SIMULATED_PAYMENTS: it is for laptops')]
    case 'external':
      return pay === 'unpaid'
        ? [
            warn(
              check,
              'whoever has a token books for nothing, at any price',
              'take TICKETS_PAY away unless the money is taken elsewhere',
            ),
          ]
        : [
            warn(
              check,
              '/api/pay answers 402 for what costs money',
              'set TICKETS_PAY=unpaid at the edge only if the money is taken elsewhere; free seats need nothing',
            ),
          ]
    default:
      return [
        warn(
          check,
          `/api/pay answers 402 for what costs money: the app is ${app.paymentProvider}`,
          'sell by /v1, or PATCH /v1/admin/apps/{app} with another paymentProvider',
        ),
      ]
  }
}
