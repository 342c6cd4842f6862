import { systemPlatform } from '@holdfast/contract'
import { createMemoryStore } from '../../simulation/store/store.ts'
import { longMs } from '../store/clock.ts'
import { storeSuite } from '../store/suite.ts'

storeSuite('the store of the simulation', async () => createMemoryStore(systemPlatform, () => {}, longMs))
