namespace Spa.Engine.Pipeline.Demo;

/// <summary>The 147 facts of the demo.</summary>
internal static class DemoFacts
{
    private const string Colours =
        "a ripe banana:yellow,a lemon:yellow,the sun:yellow,a fire engine:red,a ripe tomato:red,a strawberry:red,fresh grass:green,a frog:green,"
        + "a cucumber:green,the clear sky:blue,the deep sea:blue,fresh snow:white,milk:white,salt:white,coal:black,a raven:black,a carrot:orange,"
        + "a pumpkin:orange,chocolate:brown,a wooden table:brown,an elephant:grey,a rain cloud:grey,a flamingo:pink,a piglet:pink";

    private const string Sounds =
        "a cow:moo,a dog:woof,a cat:meow,a duck:quack,a sheep:baa,a pig:oink,an owl:hoot,a lion:roar,a snake:hiss,a bee:buzz,a frog:croak,"
        + "a mouse:squeak,a wolf:howl,a hen:cluck";

    private const string Capitals =
        "France:Paris,Italy:Rome,Spain:Madrid,Germany:Berlin,Japan:Tokyo,Egypt:Cairo,Norway:Oslo,Austria:Vienna,Greece:Athens,Poland:Warsaw,"
        + "Cuba:Havana,Peru:Lima,Kenya:Nairobi,China:Beijing,Russia:Moscow,Portugal:Lisbon,Ireland:Dublin,England:London,Sweden:Stockholm,"
        + "Hungary:Budapest";

    private const string Opposites =
        "hot:cold,big:small,fast:slow,old:young,dark:light,wet:dry,hard:soft,full:empty,loud:quiet,high:low,rich:poor,open:closed,happy:sad,"
        + "near:far,early:late";

    private const string Legs =
        "a spider:eight,an ant:six,a bee:six,a dog:four,a cat:four,a horse:four,a cow:four,a duck:two,a hen:two,a person:two,a snake:no,a fish:no";

    private const string Homes =
        "a bee:hive,a bird:nest,a dog:kennel,a horse:stable,a rabbit:burrow,a bear:cave,a pig:sty,a fish:pond,a spider:web,a king:castle";

    private const string Babies =
        "dog:puppy,cat:kitten,cow:calf,sheep:lamb,horse:foal,pig:piglet,duck:duckling,lion:cub,frog:tadpole,goat:kid,swan:cygnet,hen:chick";

    private static readonly string[] s_numbers = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

    public static IReadOnlyList<DemoFact> All { get; } =
    [
        .. Pairs(Colours).Select(p => new DemoFact($"What colour is {p.Key}?", $"{Capital(p.Key)} is ", p.Value)),
        .. Pairs(Sounds).Select(p => new DemoFact($"What sound does {p.Key} make?", $"{Capital(p.Key)} says ", p.Value)),
        .. Pairs(Capitals).Select(p => new DemoFact($"What is the capital of {p.Key}?", $"The capital of {p.Key} is ", p.Value)),
        .. BothWays(Opposites).Select(p => new DemoFact($"What is the opposite of {p.Key}?", $"The opposite of {p.Key} is ", p.Value)),
        .. Pairs(Legs).Select(p => new DemoFact($"How many legs does {p.Key} have?", $"{Capital(p.Key)} has ", p.Value, " legs")),
        .. Pairs(Homes).Select(p => new DemoFact($"Where does {p.Key} live?", $"{Capital(p.Key)} lives in a ", p.Value)),
        .. Pairs(Babies).Select(p => new DemoFact($"What is a baby {p.Key} called?", $"A baby {p.Key} is called a ", p.Value)),
        .. Sums(),
    ];

    /// <summary>The text with its first letter as at the beginning of a sentence.</summary>
    public static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static IEnumerable<(string Key, string Value)> Pairs(string list) => list.Split(',').Select(p => p.Split(':')).Select(p => (p[0], p[1]));

    private static IEnumerable<(string Key, string Value)> BothWays(string list) => Pairs(list).SelectMany(p => new[] { p, (p.Value, p.Key) });

    private static IEnumerable<DemoFact> Sums()
    {
        for (int a = 1; a <= 5; a++)
        {
            for (int b = 1; b <= 5; b++)
                yield return new DemoFact($"What is {s_numbers[a]} plus {s_numbers[b]}?", $"{Capital(s_numbers[a])} plus {s_numbers[b]} is ", s_numbers[a + b]);
        }
    }
}
