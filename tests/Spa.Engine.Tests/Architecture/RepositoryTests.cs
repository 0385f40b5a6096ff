using System.Text.RegularExpressions;

namespace Spa.Engine.Tests.Architecture;

/// <summary>What must hold of the checkout as a whole.</summary>
internal sealed partial class RepositoryTests
{
    // Some megabytes of model weights need not be searched for paths.
    private const long LargestText = 1 << 20;

    [Test]
    public void The_solution_contains_every_project()
    {
        string[] listed = [.. ProjectInSolution().Matches(RepositoryFiles.Text("Spa.sln")).Select(m => m.Groups[1].Value.Replace('\\', '/'))];
        Assert.That(listed, Is.EquivalentTo(RepositoryFiles.EndingWith(".csproj").Select(RepositoryFiles.Name)));
    }

    [Test]
    public void No_file_names_a_path_of_one_machine()
    {
        string[] naming = [.. RepositoryFiles.All().Where(f => new FileInfo(f).Length < LargestText).Where(f => MachinePath().IsMatch(File.ReadAllText(f))).Select(RepositoryFiles.Name)];
        Assert.That(naming, Is.Empty);
    }

    [Test]
    public void Every_relative_link_of_a_document_leads_to_a_file()
    {
        var broken = new List<string>();
        foreach (string document in RepositoryFiles.EndingWith(".md"))
        {
            foreach (string target in Link().Matches(File.ReadAllText(document)).Select(m => m.Groups[1].Value).Where(t => !t.Contains("://", StringComparison.Ordinal)))
            {
                string path = Path.Combine(Path.GetDirectoryName(document)!, target);
                if (!File.Exists(path) && !Directory.Exists(path)) broken.Add($"{RepositoryFiles.Name(document)}: {target}");
            }
        }
        Assert.That(broken, Is.Empty);
    }

    [Test]
    public void Every_test_fixture_that_a_document_names_exists()
    {
        var fixtures = RepositoryFiles.EndingWith("Tests.cs").Select(f => Path.GetFileNameWithoutExtension(f)!).ToHashSet();
        IEnumerable<string> missing = RepositoryFiles.EndingWith(".md").SelectMany(document => Fixture().Matches(File.ReadAllText(document))
            .Select(m => m.Groups[1].Value).Where(name => !fixtures.Contains(name)).Select(name => $"{RepositoryFiles.Name(document)}: {name}"));
        Assert.That(missing.Distinct(), Is.Empty);
    }

    [Test]
    public void The_test_command_of_the_README_is_what_CI_calls()
    {
        Assert.That(RepositoryFiles.Text("README.md"), Does.Contain("\n./build.sh test\n"));
        Assert.That(RepositoryFiles.Text(".ci", "run"), Does.Match(@"(?m)^\./build\.sh test "));
    }

    [GeneratedRegex(@"""([^""]+\.csproj)""")]
    private static partial Regex ProjectInSolution();

    [GeneratedRegex(@"(?<![\w.-])/(work|root)/")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"`([A-Z]\w+Tests)(\.cs)?`")]
    private static partial Regex Fixture();

    [GeneratedRegex(@"\]\(([^)#\s]+)")]
    private static partial Regex Link();
}
