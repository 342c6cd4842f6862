import { bookingsOf, cancel, confirm, hear, order, repair } from '../balance/sale.ts'
import { type CoreAddress, coreAt, type Work } from './core-at.ts'

/** A core that does one work, as its argument says, and says `done`. */
const { address, work } = JSON.parse(process.argv[2] ?? '') as { address: CoreAddress; work: Work }
const core = await coreAt(address)
const { ref, hold } = work

switch (work.does) {
  case 'order':
    await order(core, ref, hold)
    break
  case 'confirm':
    await confirm(core, ref, hold, work.payment, 'first')
    break
  case 'hear':
    await hear(core, 'stripe', work.told)
    break
  case 'cancel': {
    const [booking] = await bookingsOf({ core, ref }, hold.owner)
    if (!booking) throw new Error('there is nothing to cancel')
    const how = { isPart: false, by: 'app', refund: 'full', isTwice: false, fate: null } as const
    await cancel(core, ref, hold.owner, booking, how)
    await repair(core)
    break
  }
  case 'repair':
    await repair(core)
    break
}
process.stdout.write('done\n')
process.exit()
