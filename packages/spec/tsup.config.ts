import { library } from '../../tsup.base.ts';

export default library({ index: 'src/index.ts', 'catalog/index': 'src/catalog/index.ts' });
