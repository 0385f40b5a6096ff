using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace Spa.Engine.Tests.Architecture;

/// <summary>build.ps1 and build.sh are twins: the same verbs, each the same call of dotnet.</summary>
internal sealed partial class BuildScriptTests
{
    private ScriptBlockAst _script = null!;

    [SetUp]
    public void Parse()
    {
        _script = Parser.ParseFile(RepositoryFiles.At("build.ps1"), out _, out ParseError[] errors);
        Assert.That(errors.Select(e => e.ToString()), Is.Empty);
    }

    [Test]
    public void Both_scripts_have_the_same_verbs()
    {
        AttributeAst allowed = _script.ParamBlock.Parameters[0].Attributes.OfType<AttributeAst>().Single(a => a.TypeName.Name == "ValidateSet");
        IEnumerable<string> verbs = allowed.PositionalArguments.Cast<StringConstantExpressionAst>().Select(v => v.Value);
        Assert.That(verbs, Is.EqualTo(ShellCases().Keys));
    }

    [Test]
    public void A_verb_is_the_same_call_of_dotnet_in_both()
    {
        SwitchStatementAst choice = _script.FindAll(a => a is SwitchStatementAst, searchNestedScriptBlocks: false).Cast<SwitchStatementAst>().Single();
        Dictionary<string, string> calls = choice.Clauses.ToDictionary(c => ((StringConstantExpressionAst)c.Item1).Value, c => DotnetCall().Match(c.Item2.Extent.Text).Groups[1].Value);
        Assert.That(calls, Is.EqualTo(ShellCases()));
    }

    // Join-Path, Test-Path, Write-Host and the like come in modules that a bare engine lacks; dotnet and .NET itself are always there.
    [Test]
    public void The_PowerShell_script_calls_nothing_but_dotnet_and_the_engine()
    {
        IEnumerable<string> commands = _script.FindAll(a => a is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>().Select(c => c.GetCommandName());
        Assert.That(commands.Distinct(), Is.EquivalentTo(["Set-StrictMode", "dotnet"]));
    }

    /// <summary>Verbs of build.sh and the dotnet verb of each, in order.</summary>
    private static Dictionary<string, string> ShellCases() =>
        ShellCase().Matches(RepositoryFiles.Text("build.sh")).ToDictionary(m => m.Groups[1].Value, m => DotnetCall().Match(m.Value).Groups[1].Value);

    [GeneratedRegex(@"^  (\w+)\) +dotnet .*;;$", RegexOptions.Multiline)]
    private static partial Regex ShellCase();

    [GeneratedRegex(@"dotnet (\w+)")]
    private static partial Regex DotnetCall();
}
