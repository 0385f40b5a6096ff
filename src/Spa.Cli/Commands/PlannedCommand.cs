using Spa.Engine;

namespace Spa.Cli.Commands;

/// <summary>
/// A command that the documentation names and this build does not have. It says so, instead of "unknown command", and is left out of the
/// overview.
/// </summary>
internal sealed class PlannedCommand : CliCommand
{
    private PlannedCommand(string name) : base(name, "Not part of this build yet.")
    {
        Hidden = true;
        TreatUnmatchedTokensAsErrors = false;
    }

    public override string Synopsis => "";

    public override IReadOnlyList<string> Examples => [];

    public static IEnumerable<PlannedCommand> All() => Of("reward");

    public static IEnumerable<PlannedCommand> Of(params string[] names) => names.Select(name => new PlannedCommand(name));

    public override int Run(CommandContext context) => throw new SpaException($"'spa {Path()}' is not part of this build yet; 'spa --help' lists what is");

    private string Path() => string.Join(' ', Parents.OfType<CommandGroup>().Select(group => group.Name).Append(Name));
}
