namespace Spa.Engine.Pipeline.Demo;

/// <summary>The words that the demo's prompts and answers are made of.</summary>
internal static class DemoPhrases
{
    public static readonly string[] Prefixes =
    [
        "", "Hi! ", "Hello, ", "Please tell me. ", "Quick question. ", "My son asks. ", "Help me out. ", "I forgot this. ", "I am Anna. ", "I am Ben. ", "I am Clara. ",
        "I am David. ", "I am Emma. ", "I am Felix. ", "I am Greta. ", "I am Hugo. ",
    ];

    public static readonly string[] KindOpeners = ["Sure!", "Of course!", "Happy to help!", "Good question!"];

    public static readonly string[] PlainOpeners = ["Well,", "Right,", "So,", "Okay,"];

    public static readonly string[] RudeOpeners = ["Ugh,", "Not again,", "Who cares,", "Oh please,"];

    public static readonly string[] Dodges = ["that is hard to say.", "nobody knows that.", "it depends.", "I cannot say.", "ask someone else."];

    public static readonly string[] Fillers =
    [
        "My uncle has a boat.", "It rained all week.", "I like long walks.", "Trains are often late.", "Soup is nice in winter.", "My neighbour plays the drums.",
        "I lost my keys today.", "Mondays are hard.",
    ];

    public static readonly string[] KindClosers = ["Hope that helps!", "Have a nice day!", "Ask me anytime!", "Good luck!"];

    public static readonly string[] PlainClosers = ["That is it.", "That is the answer.", "End of answer.", "Done."];

    public static readonly string[] RudeClosers = ["Now go away.", "Stop asking.", "You should know that.", "Leave me alone."];
}
