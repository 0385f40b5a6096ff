using Spa.Engine.Configuration;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Configuration;

internal sealed class ConfigurationHelpTests
{
    [Test]
    public void The_page_in_docs_is_the_table_of_keys()
    {
        string path = Path.Combine(Fixtures.Root, "docs", "configuration.md");
        string page = ConfigurationHelp.Markdown();
        if (Environment.GetEnvironmentVariable("SPA_UPDATE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, page);
        }

        Assert.That(File.ReadAllText(path), Is.EqualTo(page), "run the tests with SPA_UPDATE_DOCS=1 to write docs/configuration.md again");
    }

    [Test]
    public void The_help_names_every_key_once()
    {
        string[] lines = ConfigurationHelp.Text(ConfigurationStage.Sft).TrimEnd('\n').Split('\n');
        Assert.That(lines.Select(line => line.TrimStart().Split(' ')[0]), Is.EqualTo(ConfigurationKeys.All.Select(key => key.Path)));
        Assert.That(lines.Single(line => line.StartsWith("  learning_rate ", StringComparison.Ordinal)), Does.EndWith("default 2e-5]"));
    }

    [TestCase("bta", "beta")]
    [TestCase("learningrate", "learning_rate")]
    [TestCase("zzzzzz", null)]
    public void The_nearest_key_is_offered_only_if_it_is_near(string word, string? expected) =>
        Assert.That(Spelling.Nearest(word, ConfigurationKeys.All.Select(key => key.Path)), Is.EqualTo(expected));

    [Test]
    public void Edits_are_counted_as_Levenshtein_did() =>
        Assert.That((Spelling.Distance("kitten", "sitting"), Spelling.Distance("", "abc"), Spelling.Distance("abc", "abc")), Is.EqualTo((3, 3, 0)));
}
