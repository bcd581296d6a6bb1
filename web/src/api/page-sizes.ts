/** How many rows a page of these lists has. The entry asks for the first page too, before the lists are loaded. */
export const GENERATIONS_PER_PAGE = 12;
export const RENDERS_PER_PAGE = 50;
export const COLLECTIONS_PER_PAGE = 50;
