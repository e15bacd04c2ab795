"""General terms to begin from. They are what most workshops of the cluster agree with their customers, said shortly; a
workshop reads, changes and publishes its own. Nothing here replaces what the law gives a consumer anyway."""

from __future__ import annotations

EXAMPLE_TERMS: dict[str, str] = {
    "fr": """1. {name} vous confie les objets indiqués au contrat. Ils restent sa propriété.
2. Vous les utilisez avec soin, pour leur usage prévu, et ne les confiez à personne d’autre sans notre accord.
3. L’état est constaté ensemble à la remise et au retour, avec photos.
4. La caution est rendue au retour, moins ce qui manque ou doit être réparé par votre faute. L’usure normale est pour nous.
5. Vous ramenez les objets le jour convenu. Un retard est compté au tarif indiqué au contrat.
6. En cas de panne, prévenez-nous aussitôt : nous réparons ou remplaçons. Les jours sans usage ne sont pas dus.
7. En cas de vol ou de perte, prévenez-nous aussitôt et, pour un vol, faites une déclaration à la police.
8. Nous gardons vos données pour exécuter le contrat, et rien d’autre sans votre accord.
9. Le droit belge s’applique. Les droits que la loi donne au consommateur restent entiers.""",
    "nl": """1. {name} vertrouwt u de voorwerpen toe die in het contract staan. Ze blijven haar eigendom.
2. U gebruikt ze met zorg, waarvoor ze bedoeld zijn, en geeft ze niet aan anderen zonder ons akkoord.
3. De staat wordt samen vastgesteld bij het meegeven en bij de teruggave, met foto’s.
4. De waarborg krijgt u terug bij de teruggave, min wat ontbreekt of door uw fout hersteld moet worden. Gewone slijtage is voor ons.
5. U brengt de voorwerpen terug op de afgesproken dag. Te laat wordt aangerekend aan het tarief in het contract.
6. Is er iets stuk, verwittig ons dan meteen: wij herstellen of vervangen. Dagen zonder gebruik betaalt u niet.
7. Bij diefstal of verlies verwittigt u ons meteen; bij diefstal doet u aangifte bij de politie.
8. Wij bewaren uw gegevens om het contract uit te voeren, en voor niets anders zonder uw akkoord.
9. Het Belgisch recht is van toepassing. De rechten die de wet aan de consument geeft, blijven gelden.""",
    "en": """1. {name} entrusts you with the things named in the contract. They remain its property.
2. You use them with care, for what they are meant for, and pass them on to nobody without our consent.
3. Their condition is noted together when they go out and when they come back, with photos.
4. The deposit is given back on return, less what is missing or must be put right through your fault. Ordinary wear is ours.
5. You bring the things back on the day agreed. Being late is charged at the rate in the contract.
6. If something breaks down, tell us at once: we repair or replace it. Days without use are not due.
7. If something is stolen or lost, tell us at once and, for a theft, report it to the police.
8. We keep your data to carry out the contract, and for nothing else without your consent.
9. Belgian law applies. The rights the law gives consumers remain whole.""",
}
