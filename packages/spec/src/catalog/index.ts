export {
  type Catalog,
  type CatalogEntity,
  catalog,
  type EntityType,
  findEntity,
  searchCatalog,
} from './catalog.ts';
