using Spa.Engine.Reporting;
using YamlDotNet.Serialization;

namespace Spa.Engine.Tests.Reporting;

public sealed class ModelCardTests
{
    private static ModelCard Card() => new()
    {
        Name = "SmolLM2 harmless",
        BaseModel = "HuggingFaceTB/SmolLM2-135M-Instruct",
        License = "apache-2.0",
        Languages = ["en", "no"],
        Tags = ["demo"],
        Training = [new("Seed pairs", "300"), new("Iterations", "2")],
        Results = new("r", [new("Accuracy", NumberStyle.Percent)],
            [new("SFT", [new(0.5, 0.45, 0.55)]), new("Random", [Estimate.None], true)], "Held-out pairs."),
        Limits = ["English only."],
        EngineVersion = "0.1.0",
    };

    private static Dictionary<string, object> FrontMatter(string text) =>
        new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(text.Split("---\n")[1]);

    [Test]
    public void Front_matter_is_YAML_that_the_hub_reads()
    {
        Dictionary<string, object> yaml = FrontMatter(ModelCardWriter.Render(Card()));
        Assert.That(yaml["base_model"], Is.EqualTo("HuggingFaceTB/SmolLM2-135M-Instruct"));
        Assert.That(yaml["license"], Is.EqualTo("apache-2.0"));
        Assert.That(yaml["tags"], Is.EqualTo(new object[] { "spa", "dpo", "preference-alignment", "demo" }));
        Assert.That(yaml["language"], Is.EqualTo(new object[] { "en", "no" }));
        Assert.That(ModelCardWriter.Render(Card()), Does.Contain("- \"no\"\n"), "Norwegian is no boolean");
    }

    [Test]
    public void Figures_come_with_their_intervals_and_controls_are_named()
    {
        string text = ModelCardWriter.Render(Card());
        Assert.That(text, Does.Contain("| SFT | 50.0% (45.0% to 55.0%) |\n"));
        Assert.That(text, Does.Contain("| Random (control) | – |\n"));
        Assert.That(text, Does.Contain("* English only.\n"));
    }

    [TestCase("/home/someone/models/my-model/", "my-model")]
    [TestCase("C:\\models\\my-model", "my-model")]
    [TestCase("/", "A language model")]
    public void A_local_base_model_shows_no_path_and_no_hub_id(string path, string expected)
    {
        string text = ModelCardWriter.Render(Card() with { BaseModel = path, License = "" });
        Assert.That(FrontMatter(text), Does.Not.ContainKey("base_model").And.Not.ContainKey("license"));
        Assert.That(text, Does.Contain($"\n{expected} aligned by"));
        Assert.That(text, Does.Not.Contain("someone"));
        Assert.That(text, Does.Contain("licence is not known"));
    }

    [Test]
    public void Hostile_strings_stay_in_their_line_and_cell()
    {
        const string Hostile = "a|b\n# c <script> `d` ---\n* [x](y) \u202e\0";
        ModelCard card = Card() with
        {
            Name = Hostile,
            BaseModel = Hostile,
            License = "x\": [",
            Tags = [Hostile],
            Training = [new(Hostile, Hostile)],
            Limits = [Hostile]
        };
        string text = ModelCardWriter.Render(card);
        Assert.That(text, Does.Not.Contain("<script").And.Not.Contain('\0').And.Not.Contain('\u202e'));
        Assert.That(text.Split('\n').Count(line => line.StartsWith('#')), Is.EqualTo(4), "name, training, results, limits");
        Dictionary<string, object> yaml = FrontMatter(text);
        Assert.That(yaml["license"], Is.EqualTo("x\": ["));
        Assert.That(((List<object>)yaml["tags"])[3], Is.EqualTo(Hostile));
    }

    [Test]
    public void Equal_cards_are_equal_bytes()
    {
        using TemporaryFolder folder = new();
        ModelCardWriter.Write(Card(), folder.File("a"));
        ModelCardWriter.Write(Card(), folder.File("b"));
        Assert.That(File.ReadAllBytes(folder.File("b")), Is.EqualTo(File.ReadAllBytes(folder.File("a"))));
    }
}
