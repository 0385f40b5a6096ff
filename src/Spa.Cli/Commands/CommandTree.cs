using System.CommandLine;
using System.CommandLine.Help;
using Spa.Cli.Options;
using Spa.Cli.Terminal;

namespace Spa.Cli.Commands;

/// <summary>All commands, in the order of the overview.</summary>
internal static class CommandTree
{
    /// <summary>Builds the commands and ties them to a terminal.</summary>
    public static RootCommand Build(CommonOptions common, CliConsole console, CancellationToken cancel)
    {
        RootCommand root = new("Aligns language models from a handful of preferences: Spread Preference Annotation, on any machine.");
        common.AddTo(root);
        foreach (Command command in Commands()) root.Subcommands.Add(command);
        HelpWriter help = new(console, common);
        foreach (HelpOption option in root.Options.OfType<HelpOption>())
        {
            option.Action = help;
            option.Description = "This text.";
        }

        foreach (VersionOption option in root.Options.OfType<VersionOption>()) option.Action = new VersionAction(console);
        root.SetAction(help.Invoke);
        foreach (Command command in root.Subcommands) Bind(command, help, (parse, run) => Start(parse, run, common, console, cancel));
        return root;
    }

    private static IEnumerable<Command> Commands() =>
    [
        new DemoCommand(),
        TrainCommand.SpaLoop(),
        TrainCommand.Sft(),
        TrainCommand.Dpo(),
        TrainCommand.Reward(),
        TrainCommand.Rloo(),
        new StudyCommand(),
        new GenerateCommand(),
        new ScoreCommand(),
        new JudgeCommand(),
        Eval(),
        new TokenizeCommand(),
        new RenderCommand(),
        new InspectTokensCommand(),
        new ConvertCommand(),
        new ReportCommand(),
        new StatusCommand(),
        new DoctorCommand(),
        new EstimateCommand(),
        new ImportConfigCommand(),
        Kernels(),
    ];

    private static CommandGroup Eval()
    {
        CommandGroup group = new("eval", "Measures a model against labels and judges.");
        group.Subcommands.Add(new EvalPreferencesCommand());
        group.Subcommands.Add(new EvalAlpacaCommand());
        group.Subcommands.Add(new EvalMtBenchCommand());
        group.Subcommands.Add(new EvalGoldCommand());
        return group;
    }

    private static CommandGroup Kernels()
    {
        CommandGroup group = new("kernels", "Compiled CUDA kernels: what there is, what it takes, the cache.");
        group.Subcommands.Add(new KernelsListCommand());
        group.Subcommands.Add(new KernelsBuildCommand());
        group.Subcommands.Add(new KernelsClearCommand());
        group.Subcommands.Add(new KernelsProfileCommand());
        return group;
    }

    private static void Bind(Command command, HelpWriter help, Func<ParseResult, CliCommand, int> start)
    {
        if (command is CliCommand runs) command.SetAction(parse => start(parse, runs));
        else command.SetAction(help.Invoke);
        foreach (Command inner in command.Subcommands) Bind(inner, help, start);
    }

    private static int Start(ParseResult parse, CliCommand command, CommonOptions common, CliConsole console, CancellationToken cancel)
    {
        LogLevel level = parse.GetValue(common.Verbose) ? LogLevel.Verbose : parse.GetValue(common.Quiet) ? LogLevel.Quiet : LogLevel.Normal;
        using ConsoleLog log = new(console, level);
        return command.Run(new CommandContext(parse, common, console, log, cancel));
    }
}
