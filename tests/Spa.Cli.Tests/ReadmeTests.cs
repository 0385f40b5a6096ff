using System.CommandLine;
using System.Text.RegularExpressions;
using Spa.Cli.Commands;
using Spa.Cli.Options;
using Spa.Cli.Terminal;
using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests;

/// <summary>Every command line that the documents show is one that this build takes, with these options.</summary>
internal sealed partial class ReadmeTests
{
    private const string Checkout = "dotnet run -c Release --project src/Spa.Cli -- ";

    private static IEnumerable<TestCaseData> Lines()
    {
        string[] documents = [Path.Combine(Fixtures.Root, "README.md"), Path.Combine(Fixtures.Root, "CONTRIBUTING.md"), .. Directory.EnumerateFiles(Path.Combine(Fixtures.Root, "docs"), "*.md", SearchOption.AllDirectories)];
        return documents.SelectMany(document => File.ReadLines(document).Select(line => line.Replace(Checkout, "spa ", StringComparison.Ordinal)).Where(line => line.StartsWith("spa ", StringComparison.Ordinal))
            .Select(line => new TestCaseData(line).SetArgDisplayNames(Path.GetFileName(document), line)));
    }

    [TestCaseSource(nameof(Lines))]
    public void A_command_line_of_the_documents_is_understood(string line)
    {
        // What is behind a # is a remark.
        string[] arguments = [.. Word().Matches(line.Split(" # ")[0]).Skip(1).Select(m => m.Value.Trim('"'))];
        RootCommand root = CommandTree.Build(new CommonOptions(), new CliConsole { In = TextReader.Null, Out = TextWriter.Null, Error = TextWriter.Null }, CancellationToken.None);
        ParseResult parse = root.Parse(arguments);
        Assert.That(parse.Errors.Select(e => e.Message), Is.Empty);
    }

    [GeneratedRegex(@"""[^""]*""|\S+")]
    private static partial Regex Word();
}
