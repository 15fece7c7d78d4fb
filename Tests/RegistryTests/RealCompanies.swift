/// Names of companies there are, in the writing of their customers.
let realCompanies = """
    3M;ABB;Abbott Laboratories;AbbVie;Accenture;Accor;Acciona;Acer;Adecco;Adidas;Adobe;ADP;AECOM;Aegon
    Aer Lingus;Aeroflot;AES;Aflac;AGCO;Agilent Technologies;Ahold Delhaize;Air France;Air Liquide;Airbnb
    Airbus;Akamai;AkzoNobel;Albertsons;Alcoa;Alcon;Aldi;Allianz;Allstate;Ally Financial;Alstom;Altria
    Amadeus;Amazon;AMC Networks;AMD;Amgen;Amphenol;Analog Devices;Anglo American;Anheuser-Busch;Ansys
    Aon;Apple;Applied Materials;Aptiv;Aramark;ArcelorMittal;Archer Daniels Midland;Ares Management
    Arista Networks;Arkema;Arrow Electronics;Asda;ASML;Assa Abloy;Associated British Foods;AstraZeneca
    Asus;AT&T;Atlas Copco;Atlassian;Atos;Audi;Autodesk;Autoliv;AutoNation;AutoZone;Avery Dennison
    Avianca;Aviva;AXA;Axel Springer;BAE Systems;Bain & Company;Baker Hughes;Balfour Beatty
    Ball Corporation;Bandai Namco;Banco Santander;Bang & Olufsen;Barclays;Barilla;Barratt Developments
    Barrick Gold;BASF;Bausch Health;Baxter;Bayer;BBVA;Bechtel;Becton Dickinson;Beiersdorf;Bell Canada
    Berkshire Hathaway;Bertelsmann;Best Buy;BHP;Bic;Biogen;Biomérieux;BlackRock;Blackstone;Bloomberg;BMW
    BNP Paribas;Boeing;Boliden;Bombardier;Booking Holdings;Booz Allen Hamilton;BorgWarner;Bosch
    Boston Scientific;Bouygues;BP;Braskem;Brembo;Bridgestone;Bristol Myers Squibb
    British American Tobacco;BT Group;Brother Industries;Bunge;Burberry;Bureau Veritas
    Cadence Design Systems;CaixaBank;Campari;Campbell Soup;Canon;Capgemini;Capital One;Cardinal Health
    Cargill;Carl Zeiss;Carlsberg;Carlyle;CarMax;Carnival;Carrefour;Carrier Global;Casino Guichard
    Caterpillar;CBRE;Celanese;Cemex;Centene;Centrica;CF Industries;CGI;Charles Schwab
    Charter Communications;Cheniere Energy;Chevron;Chipotle;Chubb;Church & Dwight;Cigna;Cintas;Cisco
    Citigroup;Citrix;Claas;Cloudflare;CME Group;CNH Industrial;Coca-Cola;Cognizant;Colgate-Palmolive
    Coloplast;Comcast;Commerzbank;Compass Group;Conagra;ConocoPhillips;Constellation Brands;Continental
    Corning;Corteva;Costco;Coty;Covestro;Crédit Agricole;CRH;CrowdStrike;CSX;Cummins;CVS Health
    Daimler Truck;Danaher;Danfoss;Danone;Dassault Systèmes;DaVita;Decathlon;Deere & Company;Deliveroo
    Dell;Deloitte;Delta Air Lines;Demag;Denso;Dentsply Sirona;Deutsche Bahn;Deutsche Bank;Deutsche Börse
    Deutsche Telekom;Deutz;Diageo;Discovery;DocuSign;Dollar General;Dollar Tree;Dominion Energy
    Domino’s Pizza;Doosan;DoorDash;Dover;Dow;Dräger;Dropbox;DSM-Firmenich;DSV;Duke Energy;Dunelm;DuPont
    Dyson;E.ON;easyJet;Eastman Chemical;Eaton;eBay;Ecolab;EDF;Edison International;Edwards Lifesciences
    Eiffage;Electrolux;Electronic Arts;Elekta;Eli Lilly;Embraer;Emerson Electric;Enagás;Enbridge;Endesa
    Enel;Engie;Eni;Entergy;Epiroc;Epson;Equifax;Equinix;Equinor;Ericsson;Erste Group;EssilorLuxottica
    Essity;Estée Lauder;Etsy;Eurofins;Evonik;Exelon;Expedia;Experian;ExxonMobil;Fanuc;Fastenal;Faurecia
    FedEx;Ferguson;Ferrari;Ferrero;Ferrovial;Fidelity;Fiserv;Flex;Fluor;Ford;Fortescue;Fortinet;Fortum
    Fraport;Freeport-McMoRan;Fresenius;Fujifilm;Fujitsu;G4S;Galp Energia;Gamesa;Gap;Garmin;Gartner;GEA
    Geberit;Geely;Genentech;Generac;General Dynamics;General Electric;General Mills;General Motors
    Generali;Genmab;Genuine Parts;Getinge;Gilead Sciences;Givaudan;GKN;Glencore;GoDaddy;Goldman Sachs
    Goodyear;Grainger;Grifols;Groupon;Grundfos;GSK;Gucci;H&M;Haier;Halliburton;Hapag-Lloyd
    Harley-Davidson;Hasbro;Haulotte;HCA Healthcare;Heidelberg Materials;Heineken;Heinz;Hella;Hello Fresh
    Henkel;Hermès;Hershey;Hertz;Hewlett Packard Enterprise;Hexagon;Hilti;Hilton;Hitachi;Hochtief;Holcim
    Home Depot;Honda;Honeywell;Hormel;HSBC;Huawei;Hubbell;HubSpot;Humana;Husqvarna;Hyatt;Hyundai
    Iberdrola;IBM;IKEA;Iliad;Illinois Tool Works;Illumina;Imperial Brands;Inditex;Indra Sistemas
    Infineon;Informa;Infosys;ING;Ingersoll Rand;Ingka;Instacart;Intel;International Paper;Intertek
    Intesa Sanpaolo;Intuit;Intuitive Surgical;Invesco;IQVIA;Iron Mountain;Isuzu;Italcementi;ITV;Iveco
    J.B. Hunt;Jabil;Jacobs;JCB;JD Sports;Jenoptik;Jerónimo Martins;JetBlue;JLG Industries;John Lewis
    Johnson & Johnson;Johnson Matthey;JPMorgan Chase;Jungheinrich;Juniper Networks;K+S
    Kaeser Kompressoren;Kawasaki;KBC;Kellogg’s;Kering;Kerry Group;Keurig Dr Pepper;Keysight;Kia
    Kimberly-Clark;Kinder Morgan;Kingfisher;Kingspan;Kion;KLA;Klarna;KLM;Knorr-Bremse;Kobelco;Komatsu
    Kone;Konecranes;Konica Minolta;KPMG;KPN;Kroger;Krones;Kubota;Kuehne + Nagel;Kuka;Kyocera;L’Oréal
    L3Harris;Lam Research;Lamborghini;Land Securities;Lanxess;Lavazza;Lear;Legal & General;Legrand
    Leica Geosystems;Leidos;Lenovo;Leonardo;Leroy Merlin;Levi Strauss;Lidl;Liebherr;Linde
    Lindt & Sprüngli;LinkedIn;Live Nation;Lloyds Banking Group;Lockheed Martin;Loews;Logitech
    London Stock Exchange;Lonza;Lowe’s;Lucid Motors;Lufthansa;Lululemon;Lumen Technologies;Lundbeck;LVMH
    Lyft;LyondellBasell;Maersk;Magna International;Mahle;Makita;Mammoet;MAN Truck & Bus;Manitou
    Manitowoc;Mapfre;Marathon Petroleum;Marks & Spencer;Marriott;Mars;Marsh McLennan;Maserati;Mastercard
    Mattel;Mazda;McCormick;McDonald’s;McKesson;McKinsey & Company;Mediaset;Mediobanca;Medtronic
    Mercadona;Mercedes-Benz;Merck;Merlo;Metro;Mettler Toledo;Michelin;Micron;Microsoft;Miele
    Mitsubishi Electric;Mitsui;Mizuho;Moderna;Mohawk Industries;Moncler;Mondelez;Mondi;Monsanto
    Monster Beverage;Moody’s;Morgan Stanley;Motorola Solutions;Munich Re;Murata;Nasdaq;National Grid
    Natixis;NatWest;Naturgy;NCR;NEC;Nestlé;Netflix;Newell Brands;Newmont;Next;Nexans;NextEra Energy
    Nidec;Nike;Nikon;Nintendo;Nippon Steel;Nissan;Nokia;Nomura;Nordea;Nordex;Nordstrom;Norsk Hydro
    Northrop Grumman;Novartis;Novo Nordisk;Novozymes;NTT Data;Nucor;Nutrien;Nvidia;NXP Semiconductors
    O’Reilly Automotive;Oatly;Occidental Petroleum;Ocado;Okta;Old Mutual;Olympus;Omnicom;OMV;Opel;Oracle
    Orange;Orica;Orion Pharma;Orkla;Ørsted;Oshkosh;OTP Bank;Otis;Outokumpu;Owens Corning;Paccar
    Packaging Corporation of America;Palantir;Palfinger;Palo Alto Networks;Panasonic;Pandora;Paramount
    Parker Hannifin;Paychex;PayPal;Pearson;Peloton;PepsiCo;Pernod Ricard;Perrigo;Persimmon;Petrobras
    Petronas;Peugeot;Pfizer;Philip Morris;Philips;Phoenix Contact;Piaggio;Pinterest;Pirelli;Pitney Bowes
    PKN Orlen;Playtika;Polaris;Polestar;Porsche;Potain;Poste Italiane;PPG Industries;Prada;Praxair
    PricewaterhouseCoopers;Procter & Gamble;Progressive;Prologis;ProSiebenSat;Prudential;Prysmian
    Publicis;Puma;Putzmeister;Qantas;Qiagen;Qualcomm;Quanta Services;Quest Diagnostics;Rabobank
    Raiffeisen;Ralph Lauren;Randstad;Raytheon;Reckitt;Recordati;Red Bull;Red Eléctrica;Regeneron
    Rémy Cointreau;Renault;Rentokil;Repsol;Republic Services;Rexel;Rheinmetall;Ricoh;Rimowa;Rio Tinto
    Ritchie Bros;Rivian;Roche;Rockwell Automation;Rockwool;Rolls-Royce;Roper Technologies;Rosenbauer
    Royal Mail;RWE;Ryanair;Ryder;Saab;Safran;Sage;Sainsbury’s;Saint-Gobain;Salesforce;Salzgitter;Samsung
    Sandvik;Sanofi;Sany;SAP;Sartorius;SAS Institute;Saudi Aramco;Scania;Schaeffler;Schenker;Schindler
    Schlumberger;Schneider Electric;Schroders;Schwing Stetter;Scor;Seagate;SEB;Securitas;Sempra
    Sennebogen;Serco;ServiceNow;Severn Trent;SGS;Sharp;Shell;Sherwin-Williams;Shimano;Shopify;Siemens
    Signify;Sika;Sixt;Skanska;SKF;Skoda Auto;Sky;Smith & Nephew;Smiths Group;Snam;Snap;Snowflake
    Société Générale;Sodexo;SoftBank;Solvay;Sonos;Sony;Southwest Airlines;Spirax-Sarco;Splunk;Spotify
    Sprint;Square;SSAB;SSE;Standard Chartered;Stanley Black & Decker;Staples;Starbucks;State Farm
    Statkraft;Stellantis;Stihl;STMicroelectronics;Stora Enso;Storebrand;Straumann;Stryker;Subaru;Suez
    Sulzer;Sumitomo;Sunbelt Rentals;Suzuki;Svenska Handelsbanken;Swarovski;Swatch;Swedbank;Swisscom
    Symrise;Synopsys;Sysco;T-Mobile;Tadano;Takeda;Target;Tata Steel;Tate & Lyle;TC Energy;TDK
    TE Connectivity;Technogym;Telecom Italia;Teledyne;Telefónica;Telenor;Teleperformance;Telia;Tenaris
    Terex;Terna;Tesco;Tesla;Teva;Texas Instruments;Textron;Thales;Thermo Fisher Scientific
    Thomson Reuters;ThyssenKrupp;TietoEVRY;Tiffany;TIM;TJX;TKMS;TomTom;Toray;Toshiba;TotalEnergies
    Toyota;Trane;TransDigm;Travelers;Trelleborg;Trimble;Tripadvisor;Trumpf;TUI;Tupperware;Tyson Foods
    Uber;Ubisoft;UBS;UCB;Under Armour;UniCredit;Unilever;Union Pacific;Unipol;Unisys;United Airlines
    United Rentals;UnitedHealth;Universal Music;UPM-Kymmene;UPS;US Foods;Vaillant;Valeo;Valero;Valmet
    Vattenfall;Veolia;Verbund;VeriSign;Verizon;Vertex Pharmaceuticals;Vestas;VF Corporation;Viatris
    Viessmann;Vinci;Virgin Atlantic;Visa;Vivendi;VMware;Vodafone;Voestalpine;Vögele;Voith;Volkswagen
    Volvo;Vonovia;Vulcan Materials;Wacker Neuson;Walgreens;Walmart;Walt Disney;Wärtsilä;Waste Management
    Waters;Wayfair;Wells Fargo;Western Digital;Western Union;Weyerhaeuser;Whirlpool;Whitbread
    Wienerberger;Williams-Sonoma;Wipro;Wirtgen;Wolters Kluwer;Workday;WPP;Würth;Xerox;Xylem;Yahoo;Yamaha
    Yandex;Yara;Yum Brands;Zalando;Zara;Zebra Technologies;Zeppelin;ZF Friedrichshafen;Zimmer Biomet
    Zoetis;Zoom;Zscaler;Zurich Insurance
    Яндекс;Газпром;Лукойл;Сбербанк;Роснефть;Татнефть;Северсталь;Норильский никель;Аэрофлот;Магнит
    Пятёрочка;КамАЗ;АвтоВАЗ;Уралмаш;Ростелеком;Мегафон;Билайн;Касперский;Київстар;Нова пошта;Приватбанк
    Укрзалізниця;Розетка;Метінвест;Нафтогаз;Рошен;Антонов;Беларуськалий;Белаз;Минский тракторный завод
    Казахтелеком;Казмунайгаз;Телеком Србија;Галеника;Металац;Булгартабак;Лукойл България;Софарма
    Алкалоид
    ΔΕΗ;ΟΤΕ;ΟΠΑΠ;Εθνική Τράπεζα;Τράπεζα Πειραιώς;Μυτιληναίος;Τιτάν;Ελληνικά Πετρέλαια;Μότορ Όιλ;Βιοχάλκο
    Τζάμπο;Σκλαβενίτης;ΔΕΛΤΑ;ΕΥΔΑΠ;Αιγαίον;Κρι Κρι;Πλαίσιο
    أرامكو السعودية;سابك;بنك الراجحي;الاتصالات السعودية;موبايلي;زين;اتصالات;مراعي;جرير;طيران الإمارات
    الخطوط القطرية;مجموعة الفطيم;إعمار;أدنوك;بنك أبوظبي الأول;البنك الأهلي المصري;أوراسكوم
    المقاولون العرب;طلعت مصطفى;القلعة;حديد عز;الملكية الأردنية;بنك الكويت الوطني;أجيليتي;صافولا;معادن
    كريم;نون
    בנק הפועלים;בנק לאומי;טבע;אל על;בזק;שטראוס;תנובה;אסם;שופרסל;רמי לוי;אלביט מערכות;התעשייה האווירית
    רפאל;כיל;דלק;פז;סלקום;פרטנר;צ׳ק פוינט;ויקס;מובילאיי;כלל ביטוח;הפניקס;מגדל
    トヨタ自動車;本田技研工業;日産自動車;ソニー;パナソニック;任天堂;日立製作所;三菱重工業;東芝;富士通;日本電気;キヤノン;コマツ;クボタ;楽天;ソフトバンク;三井住友銀行;みずほ銀行;花王
    資生堂;味の素;キリン;アサヒ;サントリー;伊藤忠商事;丸紅;住友商事;鹿島建設;大林組;清水建設;竹中工務店;タダノ;加藤製作所;西尾レントオール;アクティオ;ダイキン工業;村田製作所;京セラ
    京浜急行;東京電力;関西電力;九州電力;全日本空輸;日本航空;ヤマト運輸;佐川急便
    三一重工;中联重科;徐工集团;柳工;华为;小米;阿里巴巴;腾讯;百度;京东;美团;字节跳动;比亚迪;吉利汽车;长城汽车;上海汽车;中国石油;中国石化;国家电网;中国移动;中国联通;中国电信;工商银行
    建设银行;农业银行;招商银行;平安保险;海尔;美的;格力电器;联想;海康威视;大疆创新;宁德时代;中国中车;中国建筑;中国交建;茅台;五粮液;顺丰;台积电;鴻海精密;聯發科;華碩;宏碁;長榮海運
    國泰航空
    삼성전자;현대자동차;기아;엘지전자;에스케이하이닉스;포스코;한국전력공사;네이버;카카오;롯데;신세계;두산밥캣;한화;대한항공;아시아나항공;셀트리온;쿠팡;우아한형제들;현대건설
    두산에너빌리티;농심;오리온
    टाटा मोटर्स;रिलायंस इंडस्ट्रीज;भारतीय स्टेट बैंक;महिंद्रा;लार्सन एंड टुब्रो;अडानी;पतंजलि;डाबर
    অগ্রণী ব্যাংক;গ্রামীণফোন;স্কয়ার;இந்தியன் வங்கி;டிவிஎஸ்;ปตท.;ปูนซิเมนต์ไทย;ธนาคารกรุงเทพ
    เจริญโภคภัณฑ์;การบินไทย;ซีพี ออลล์;Vinamilk;Hòa Phát;Viettel;Thế Giới Di Động;Ngân hàng Á Châu
    Հայփոստ;Արարատ;საქართველოს ბანკი;თიბისი ბანკი;ბორჯომი;ኢትዮጵያ አየር መንገድ
    Türk Hava Yolları;Koç Holding;Sabancı;Arçelik;Şişecam;Türkiye İş Bankası;Garanti;Ülker;Turkcell
    Vestel;Tüpraş;PKO Bank Polski;Żabka;Dębica;Łukasiewicz;Škoda JS;ČEZ;Zetor;Česká spořitelna;Tatra
    Kofola;Slovnaft;Tatry Mountain Resorts;MOL;Richter Gedeon;Tungsram;Dacia;Transgaz;Banca Transilvania
    Romgaz;Petrom;Podravka;Končar;Ina;Gorenje;Krka;Mercator;Petrol;Energoprojekt;Hemofarm;Íslandsbanki
    Össur;Marel;Føroya Banki;Jyske Bank;Lego;Arla;Danish Crown;Jotun;Tomra;Schibsted;Fazer;Marimekko
    Ponsse;Sampo;Neste;Ålandsbanken;Eesti Energia;Latvenergo;Ignitis;Maxima;Vinted;Bolt;Wise;Sonae;EDP
    Mota-Engil;Corticeira Amorim;Delta Cafés;Cofidis;Natura;Itaú;Bradesco;Vale;Gerdau;WEG;Ambev;Azul
    Falabella;Copec;Codelco;Bimbo;Femsa;Televisa;Pemex;Ecopetrol;Bavaria;YPF;Mercado Libre;Arcor;Techint
    Globant;Dangote;MTN;Safaricom;Naspers;Shoprite;Sasol;Woolworths;Bidvest;Attijariwafa;Maroc Telecom
    Sonatrach;Cevital
    """.split(whereSeparator: { $0 == ";" || $0 == "\n" }).map(String.init)
