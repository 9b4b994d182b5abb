/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/shop/words.h"

#define WORDS(list)                                                                                \
  {                                                                                                \
    list, G_N_ELEMENTS(list)                                                                       \
  }
#define SAME(text)                                                                                 \
  {                                                                                                \
    SHOP_WORD(text), SHOP_WORD(text)                                                               \
  }
#define NAME(text, plain)                                                                          \
  {                                                                                                \
    SHOP_WORD(text), SHOP_WORD(plain)                                                              \
  }
#define PLACE(text, lat_e6, long_e6)                                                               \
  {                                                                                                \
    SHOP_WORD(text), lat_e6, long_e6                                                               \
  }

static const ShopName indonesian_women[] = {
    SAME("Siti"),  SAME("Dewi"),    SAME("Putri"), SAME("Ayu"),     SAME("Rina"),   SAME("Wulan"),
    SAME("Intan"), SAME("Lestari"), SAME("Ratna"), SAME("Kartika"), SAME("Melati"), SAME("Yuni"),
};
static const ShopName indonesian_men[] = {
    SAME("Agus"),   SAME("Budi"), SAME("Eko"),  SAME("Rizky"), SAME("Dwi"),   SAME("Bayu"),
    SAME("Hendra"), SAME("Joko"), SAME("Arif"), SAME("Yusuf"), SAME("Wahyu"), SAME("Galih"),
};
static const ShopName indonesian_families[] = {
    SAME("Wijaya"),   SAME("Saputra"),    SAME("Santoso"),  SAME("Hidayat"),  SAME("Nugroho"),
    SAME("Siregar"),  SAME("Kusuma"),     SAME("Pratama"),  SAME("Halim"),    SAME("Gunawan"),
    SAME("Nasution"), SAME("Simatupang"), SAME("Setiawan"), SAME("Mahendra"),
};
static const ShopPlace indonesian_places[] = {
    PLACE("Jakarta Raya", -6208763, 106845599),
    PLACE("Jawa Barat", -6914744, 107609810),
    PLACE("Jawa Tengah", -6966667, 110416664),
    PLACE("Jawa Timur", -7257472, 112752088),
    PLACE("Banten", -6120000, 106150276),
    PLACE("Daerah Istimewa Yogyakarta", -7795580, 110369490),
    PLACE("Sumatera Utara", 3595196, 98672226),
    PLACE("Bali", -8650000, 115216667),
    PLACE("Sulawesi Selatan", -5147665, 119432731),
    PLACE("Riau", 507068, 101447777),
    PLACE("Sumatera Barat", -947083, 100417181),
    PLACE("Kalimantan Timur", -502106, 117153709),
    PLACE("Nusa Tenggara Barat", -8583333, 116116667),
    PLACE("Nusa Tenggara Timur", -10177997, 123607033),
    PLACE("Maluku", -3654703, 128190643),
    PLACE("Papua", -2533000, 140716999),
};

static const ShopName vietnamese_women[] = {
    NAME("Lan", "lan"),
    NAME("Hương", "huong"),
    NAME("Thảo", "thao"),
    NAME("Ngọc Ánh", "ngocanh"),
};
static const ShopName vietnamese_men[] = {
    NAME("Minh", "minh"),
    NAME("Đức", "duc"),
    NAME("Tuấn", "tuan"),
    NAME("Quốc Bảo", "quocbao"),
};
static const ShopName vietnamese_families[] = {
    NAME("Nguyễn", "nguyen"),
    NAME("Trần", "tran"),
    NAME("Phạm", "pham"),
    NAME("Võ", "vo"),
};
static const ShopPlace vietnamese_places[] = {
    PLACE("Thành phố Hồ Chí Minh", 10823099, 106629662),
    PLACE("Hà Nội", 21027764, 105834160),
    PLACE("Đà Nẵng", 16054407, 108202167),
};

static const ShopName chinese_women[] = {
    NAME("秀英", "xiuying"),
    NAME("丽", "li"),
    NAME("美玲", "meiling"),
    NAME("静", "jing"),
};
static const ShopName chinese_men[] = {
    NAME("伟", "wei"),
    NAME("建国", "jianguo"),
    NAME("志强", "zhiqiang"),
    NAME("明", "ming"),
};
static const ShopName chinese_families[] = {
    NAME("陈", "chen"),
    NAME("林", "lin"),
    NAME("黄", "huang"),
    NAME("王", "wang"),
};
static const ShopPlace singapore_places[] = {
    PLACE("Singapore, 新加坡", 1352083, 103819836),
    PLACE("Tampines", 1349591, 103956788),
    PLACE("Jurong East", 1332900, 103743600),
};

static const ShopName spanish_women[] = {
    NAME("María José", "mariajose"),
    NAME("Begoña", "begona"),
    NAME("Inés", "ines"),
    NAME("Lucía", "lucia"),
};
static const ShopName spanish_men[] = {
    NAME("Íñigo", "inigo"),
    NAME("José", "jose"),
    NAME("Raúl", "raul"),
    NAME("Andrés", "andres"),
};
static const ShopName spanish_families[] = {
    NAME("Muñoz", "munoz"),
    NAME("García", "garcia"),
    NAME("Ibáñez", "ibanez"),
    NAME("de la Peña", "delapena"),
};
static const ShopPlace spanish_places[] = {
    PLACE("A Coruña", 43362343, -8411540),
    PLACE("Málaga", 36721273, -4421398),
    PLACE("Madrid, Comunidad de", 40416775, -3703790),
};

static const ShopName german_women[] = {
    NAME("Änne", "aenne"),
    NAME("Käthe", "kaethe"),
    SAME("Anna"),
    SAME("Lena"),
};
static const ShopName german_men[] = {
    NAME("Jürgen", "juergen"),
    NAME("Björn", "bjoern"),
    SAME("Lukas"),
    SAME("Felix"),
};
static const ShopName german_families[] = {
    NAME("Müller", "mueller"),
    NAME("Groß", "gross"),
    NAME("von der Höh", "vonderhoeh"),
    SAME("Schmidt"),
};
static const ShopPlace german_places[] = {
    PLACE("München", 48137154, 11576124),
    PLACE("Köln", 50937531, 6960279),
    PLACE("Frankfurt am Main", 50110922, 8682127),
};

#define LAND(country, weight, people, places)                                                      \
  {                                                                                                \
    SHOP_WORD(country), weight, people##_women, G_N_ELEMENTS(people##_women), people##_men,        \
        G_N_ELEMENTS(people##_men), people##_families, G_N_ELEMENTS(people##_families), places,    \
        G_N_ELEMENTS(places)                                                                       \
  }

const ShopLand shop_lands[] = {
    LAND("Indonesia", 880, indonesian, indonesian_places),
    LAND("Việt Nam", 45, vietnamese, vietnamese_places),
    LAND("Singapore", 40, chinese, singapore_places),
    LAND("España", 20, spanish, spanish_places),
    LAND("Deutschland", 15, german, german_places),
};
const size_t shop_lands_length = G_N_ELEMENTS(shop_lands);

#define ARTICLE(master, sub, article, usage, price, wearer, inches)                                \
  {                                                                                                \
    SHOP_WORD(master), SHOP_WORD(sub), SHOP_WORD(article), SHOP_WORD(usage), price,                \
        SHOP_FOR_##wearer, inches                                                                  \
  }

const ShopArticle shop_articles[] = {
    ARTICLE("Apparel", "Topwear", "Tshirts", "Casual", 129000, ALL, 0),
    ARTICLE("Apparel", "Topwear", "Shirts", "Casual", 219000, ALL, 0),
    ARTICLE("Footwear", "Shoes", "Casual Shoes", "Casual", 389000, ALL, 0),
    ARTICLE("Accessories", "Watches", "Watches", "Casual", 649000, ALL, 0),
    ARTICLE("Footwear", "Shoes", "Sports Shoes", "Sports", 459000, ALL, 0),
    ARTICLE("Apparel", "Topwear", "Kurtas", "Ethnic", 199000, ALL, 0),
    ARTICLE("Apparel", "Topwear", "Tops", "Casual", 149000, WOMEN, 0),
    ARTICLE("Accessories", "Bags", "Handbags", "Casual", 329000, WOMEN, 0),
    ARTICLE("Apparel", "Dress", "Batik Dresses", "Ethnic", 349000, WOMEN, 0),
    ARTICLE("Footwear", "Shoes", "Heels", "Party", 299000, WOMEN, 0),
    ARTICLE("Accessories", "Eyewear", "Sunglasses", "Casual", 259000, ALL, 0),
    ARTICLE("Apparel", "Bottomwear", "Jeans", "Casual", 299000, ALL, 0),
    ARTICLE("Accessories", "Wallets", "Wallets", "Casual", 179000, ALL, 0),
    ARTICLE("Apparel", "Bottomwear", "Shorts", "Sports", 139000, ALL, 0),
    ARTICLE("Footwear", "Flip Flops", "Flip Flops", "Casual", 69000, ALL, 0),
    ARTICLE("Accessories", "Bags", "Backpacks", "Travel", 279000, ALL, 13),
    ARTICLE("Apparel", "Topwear", "Jackets", "Casual", 429000, ALL, 0),
    ARTICLE("Personal Care", "Fragrance", "Perfume and Body Mist", "Casual", 239000, ALL, 0),
    ARTICLE("Apparel", "Bottomwear", "Trousers", "Formal", 269000, ALL, 0),
    ARTICLE("Accessories", "Bags", "Laptop Bags", "Formal", 319000, ALL, 11),
    ARTICLE("Accessories", "Ties", "Ties", "Formal", 99000, MEN, 57),
    ARTICLE("Personal Care", "Lips", "Lipstick", "Casual", 89000, WOMEN, 0),
    ARTICLE("Accessories", "Scarves", "Scarves", "Ethnic", 109000, WOMEN, 0),
    ARTICLE("Sporting Goods", "Sports Equipment", "Basketballs", "Sports", 189000, ALL, 27),
};
const size_t shop_articles_length = G_N_ELEMENTS(shop_articles);

static const Slice brands[] = {
    SHOP_WORD("Rimba"),      SHOP_WORD("Nusantara"),   SHOP_WORD("Café Été"),
    SHOP_WORD("Kain & Co."), SHOP_WORD("Über Strand"), SHOP_WORD("Tiga Roda"),
    SHOP_WORD("Señora"),     SHOP_WORD("Lotus"),       SHOP_WORD("Pasar Baru"),
    SHOP_WORD("O'Malley"),   SHOP_WORD("山水"),        SHOP_WORD("Selatan"),
};
const ShopWords shop_brands = WORDS(brands);

static const Slice colours[] = {
    SHOP_WORD("Black"),  SHOP_WORD("White"),     SHOP_WORD("Blue"),   SHOP_WORD("Brown"),
    SHOP_WORD("Grey"),   SHOP_WORD("Red"),       SHOP_WORD("Green"),  SHOP_WORD("Pink"),
    SHOP_WORD("Purple"), SHOP_WORD("Navy Blue"), SHOP_WORD("Silver"), SHOP_WORD("Yellow"),
    SHOP_WORD("Beige"),  SHOP_WORD("Crème"),     SHOP_WORD("Maroon"), SHOP_WORD("Turquoise Blue"),
};
const ShopWords shop_colours = WORDS(colours);

static const Slice searches[] = {
    SHOP_WORD("sepatu lari"),
    SHOP_WORD("kemeja batik, lengan panjang"),
    SHOP_WORD("tas \"kulit asli\""),
    SHOP_WORD("jam tangan"),
    SHOP_WORD("crème brûlée lipstick"),
    SHOP_WORD("laptop bag 13\", black"),
    SHOP_WORD("áo dài"),
    SHOP_WORD("太阳镜"),
    SHOP_WORD("gaun pesta: merah, biru, atau hitam"),
    SHOP_WORD("niñas camiseta"),
    SHOP_WORD("größe 42"),
    SHOP_WORD("hadiah ulang tahun"),
};
const ShopWords shop_searches = WORDS(searches);

static const Slice promos[] = {
    SHOP_WORD("GAJIAN25"), SHOP_WORD("WEEKENDSERU"), SHOP_WORD("ONGKIRNOL"), SHOP_WORD("PASAR11"),
    SHOP_WORD("LEBARAN"),  SHOP_WORD("BELIDUA"),     SHOP_WORD("HALOBARU"),  SHOP_WORD("TENGAHMLM"),
};
const ShopWords shop_promos = WORDS(promos);

static const Slice streets[] = {
    SHOP_WORD("Jl. Melati"),   SHOP_WORD("Jl. Merdeka"),  SHOP_WORD("Jl. Diponegoro"),
    SHOP_WORD("Gang Kenanga"), SHOP_WORD("Jl. Sudirman"),
};
const ShopWords shop_streets = WORDS(streets);

static const Slice mail_hosts[] = {
    SHOP_WORD("example.com"),
    SHOP_WORD("example.org"),
    SHOP_WORD("example.net"),
    SHOP_WORD("mail.example"),
};
const ShopWords shop_mail_hosts = WORDS(mail_hosts);
